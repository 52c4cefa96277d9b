"""A branch of a Git repository, from which a forge makes the site (GitHub Pages, GitLab Pages and others).

One publishing is one commit, on top of the last one; readers see one commit or the other. What was withdrawn can still
be read in the branch's history by whoever can read the repository: make it a private one, or keep no history.
"""

import io
import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from plugins.publishing.manifest import RECORD, Manifest
from plugins.publishing.plan import Plan
from plugins.publishing.programs import Ended, run
from plugins.publishing.shipment import Shipment
from plugins.publishing.targets.target import Target, own_files, silent
from plugins.publishing.trouble import Trouble

_HERE = "refs/press/published"
_KEY = re.compile(r"//[^/@\s]+@")
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",  # a pipeline can't answer
    **{f"GIT_{who}_NAME": "Press room" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "press@localhost" for who in ("AUTHOR", "COMMITTER")},
}
_PLAIN = (
    # what somebody has set for their own work must not change a byte
    *("-c", "core.autocrlf=false"),
    *("-c", "core.safecrlf=false"),
    *("-c", "core.fileMode=false"),
    *("-c", "core.attributesFile=/dev/null"),
    *("-c", "core.hooksPath=/dev/null"),
)


class Branch(Target):
    """A branch that holds the site and nothing else. `cache` is a folder for a copy of it without files of its own.

    With `keeps_history` False the branch is one commit, replaced by each publishing.
    """

    switches_at_once = True

    def __init__(self, repository: str, branch: str, cache: Path, *, keeps_history: bool = True) -> None:
        self.repository = repository
        self.branch = branch
        self.cache = cache
        self.keeps_history = keeps_history

    def held(self) -> Manifest:
        if not self._fetch():
            return Manifest()
        return Manifest.of_json(self._file(RECORD) or b"").confirmed(own_files(self._listing()))

    def version(self) -> str:
        if not (self.cache / "HEAD").exists():
            self.cache.mkdir(parents=True, exist_ok=True)
            self._git("init", "--quiet", "--bare", ".")
        listed = self._git("ls-remote", "--heads", self.repository, f"refs/heads/{self.branch}").said.decode().split()
        return listed[0] if listed else ""

    def read(self, path: str) -> bytes | None:
        return self._file(path) if self._fetch() else None

    def deploy(self, shipment: Shipment, plan: Plan, done: Callable[[str], None] = silent) -> None:
        if plan.is_empty:
            return
        parent = self._fetch()
        tree = self._tree(shipment)
        history = ("-p", parent) if parent and self.keeps_history else ()
        message = f"Edition {shipment.manifest.digest[:12]}\n"
        commit = self._git("commit-tree", tree, *history, input=message.encode()).said.decode().strip()
        self._push(commit, parent)
        for path in (*plan.uploads, *plan.removals):
            done(path)

    def earlier(self) -> Iterator[tuple[str, bytes]] | None:
        if not self._fetch() or self._asked("rev-parse", "--verify", "--quiet", f"{_HERE}~1^{{commit}}").code:
            return None
        return self._files(f"{_HERE}~1")

    def _files(self, commit: str) -> Iterator[tuple[str, bytes]]:
        packed = self._git("archive", "--format=tar", commit).said
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for member in archive:
                data = archive.extractfile(member)
                if data and member.name != RECORD:
                    yield member.name, data.read()

    def _fetch(self) -> str:
        """Bring the branch here, as far as needed; answer its commit, or "" if there is no such branch."""
        if not self.version():
            return ""
        refspec = f"+refs/heads/{self.branch}:{_HERE}"
        self._git("fetch", "--quiet", "--no-tags", "--depth=2", self.repository, refspec)
        return self._git("rev-parse", _HERE).said.decode().strip()

    def _tree(self, shipment: Shipment) -> str:
        """Answer a tree of the shipment's files and its manifest."""
        lock = self.cache / "index.lock"  # left by a run that was killed; the dock is held by one run alone
        lock.unlink(missing_ok=True)
        self._git("--work-tree", shipment.folder.absolute(), "add", "--all", "--force", ".", folder=shipment.folder)
        record = self._git("hash-object", "-w", "--stdin", input=shipment.manifest.as_json()).said.decode().strip()
        self._git("update-index", "--add", "--cacheinfo", f"100644,{record},{RECORD}")
        return self._git("write-tree").said.decode().strip()

    def _push(self, commit: str, parent: str) -> None:
        """Move the branch, unless somebody else has moved it since it was fetched."""
        lease = f"--force-with-lease=refs/heads/{self.branch}:{parent}"
        ended = self._asked("push", "--quiet", lease, self.repository, f"{commit}:refs/heads/{self.branch}")
        if ended.code and ("stale info" in ended.complaints or "rejected" in ended.complaints):
            raise Trouble("somebody else has changed {branch} meanwhile; publish again", branch=self.branch)
        if ended.code:
            raise self._trouble(ended)

    def _file(self, path: str) -> bytes | None:
        ended = self._asked("cat-file", "blob", f"{_HERE}:{path}")
        return None if ended.code else ended.said

    def _listing(self) -> dict[str, int]:
        found = {}
        for line in self._git("ls-tree", "-r", "-l", "-z", _HERE).said.decode().split("\0"):
            if line:
                facts, _, path = line.partition("\t")
                _mode, kind, _object, size = facts.split()
                if kind == "blob":
                    found[path] = int(size)
        return found

    def _git(self, *arguments: str | Path, input: bytes | None = None, folder: Path | None = None) -> Ended:
        ended = self._asked(*arguments, input=input, folder=folder)
        if ended.code:
            raise self._trouble(ended)
        return ended

    def _asked(self, *arguments: str | Path, input: bytes | None = None, folder: Path | None = None) -> Ended:
        return run(
            *("git", *_PLAIN, "--git-dir", self.cache.absolute(), *arguments),
            input=input,
            folder=folder or self.cache,
            environment={**_ENVIRONMENT, "GIT_INDEX_FILE": str(self.cache.absolute() / "index")},
        )

    def _trouble(self, ended: Ended) -> Trouble:
        # a pipeline's address may hold its key
        place, why = (_KEY.sub("//", text) for text in (self.repository, ended.complaint))
        return Trouble("{place} can't be reached or written: {why}", place=place, why=why)
