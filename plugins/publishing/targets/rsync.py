"""A folder on another machine, over SSH: editions beside each other and a symbolic link, as in `folder`.

Only rsync (3.1 or later) is needed there, no shell: an account that may do nothing but rsync will do. The link is sent
as any other file, and rsync puts it in place in one step.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from plugins.publishing.manifest import RECORD, UNKNOWN, Manifest
from plugins.publishing.plan import Plan
from plugins.publishing.programs import Ended, run
from plugins.publishing.shipment import Shipment
from plugins.publishing.targets.folder import CURRENT, EDITIONS, name_of
from plugins.publishing.targets.target import Target, own_files, silent
from plugins.publishing.trouble import Trouble

SSH = "ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15"
"""Never asks for a password: a pipeline can't answer."""

_PARTLY = 23
"""rsync's exit code when a file couldn't be had: mostly, because it isn't there."""

_SENDING = ("--recursive", "--links", "--checksum", "--perms", "--chmod=D755,F644")
"""Compared by content and never by time: a fresh checkout has other times. What is unchanged keeps its own, and with
that its ETag.
"""


class Remote:
    """A folder at `user@host:/path` that rsync reads and writes; without a host it is one of this machine."""

    def __init__(self, place: str, ssh: str = SSH) -> None:
        self.place = place.rstrip("/")
        self.ssh = ssh

    def at(self, path: str) -> str:
        return f"{self.place}/{path}"

    def beside(self, name: str) -> str:
        """Answer where another edition lies, as that machine sees it from the folder of one.

        Counted from the root where that can be: an account that may do nothing but rsync may not say "..".
        """
        path = self.place.rpartition(":")[2]
        return f"{path}/{EDITIONS}/{name}" if not path or path.startswith("/") else f"../{name}"

    def send(self, *arguments: str | Path, input: bytes | None = None) -> None:
        """Run rsync with what it takes to change something. Raises Trouble if anything went wrong."""
        ended = self._run(*_SENDING, *arguments, input=input)
        if ended.code:
            raise self._trouble(ended)

    def read(self, path: str) -> bytes | None:
        with folder_for() as folder:
            ended = self._run(self.at(path), folder / "file")
            if ended.code == _PARTLY and "No such file" in ended.complaints:
                return None
            if ended.code:
                raise self._trouble(ended)
            return (folder / "file").read_bytes()

    def fetch(self, path: str, folder: Path) -> None:
        """Copy a whole folder from there."""
        ended = self._run("--recursive", f"{self.at(path)}/", f"{folder}/")
        if ended.code:
            raise self._trouble(ended)

    def listing(self, path: str, *, deep: bool) -> dict[str, tuple[int, str]]:
        """Answer size and, for a link, where it leads, of what lies in a folder there; {} if there is no such."""
        arguments = ("--recursive",) if deep else ("--dirs",)
        ended = self._run(*arguments, "--list-only", "--links", "--no-human-readable", "-8", self.at(path) + "/")
        if ended.code == _PARTLY and "No such file" in ended.complaints:
            return {}
        if ended.code:
            raise self._trouble(ended)
        found = {}
        for line in ended.said.decode(errors="surrogateescape").splitlines():
            mode, size, _date, _time, name = line.split(maxsplit=4)
            name, _, leads_to = name.partition(" -> ") if mode.startswith("l") else (name, "", "")
            if not mode.startswith("d") or not deep:
                found[name] = (int(size), leads_to)
        found.pop(".", None)
        return found

    def manifest(self, path: str) -> Manifest:
        """Answer the manifest that lies in a folder there, confirmed; an empty one if there is none.

        What isn't there is known from a listing that went well, never from something that failed.
        """
        listing = self.listing(path, deep=True)
        if RECORD not in listing:
            return Manifest()
        sizes = {name: size for name, (size, leads_to) in listing.items() if not leads_to}
        return Manifest.of_json(self.read(f"{path}/{RECORD}".lstrip("/")) or b"").confirmed(own_files(sizes))

    def _run(self, *arguments: str | Path, input: bytes | None = None) -> Ended:
        return run("rsync", "--timeout=120", "-e", self.ssh, *arguments, input=input)

    def _trouble(self, ended: Ended) -> Trouble:
        return Trouble("{place} can't be reached or written: {why}", place=self.place, why=ended.complaint)


class Rsync(Target):
    """A web server's folder on another machine, which it reads through the link `current`."""

    switches_at_once = True

    def __init__(self, place: str, ssh: str = SSH) -> None:
        self.remote = Remote(place, ssh)

    def held(self) -> Manifest:
        return self._in(self._current())

    def version(self) -> str:
        return self._current()

    def read(self, path: str) -> bytes | None:
        return self.remote.read(f"{CURRENT}/{path}")

    def deploy(self, shipment: Shipment, plan: Plan, done: Callable[[str], None] = silent) -> None:
        if plan.is_empty:
            return
        before = self._current()
        name = name_of(shipment.manifest.digest)
        if name == before:  # somebody has changed it: it is laid anew beside, and takes its place
            name = f"{name}-again"
        self._lay(shipment, name, before)
        self._switch(name)
        for path in plan.uploads:
            done(path)
        self._tidy({name, before})

    def earlier(self) -> Iterator[tuple[str, bytes]] | None:
        before = self.held().before
        manifest = self._in(before) if before in self.remote.listing(EDITIONS, deep=False) else Manifest()
        if not manifest.files or UNKNOWN in manifest.files.values():
            return None
        return self._fetched(f"{EDITIONS}/{before}", manifest)

    def _fetched(self, place: str, manifest: Manifest) -> Iterator[tuple[str, bytes]]:
        with folder_for() as folder:
            self.remote.fetch(place, folder)
            for path in manifest.files:
                yield path, (folder / path).read_bytes()

    def _in(self, name: str) -> Manifest:
        """Answer what an edition's folder holds; "" is no folder, and holds nothing."""
        return self.remote.manifest(f"{EDITIONS}/{name}") if name else Manifest()

    def _current(self) -> str:
        """Answer the name of the edition that is read; "" if there is none."""
        found = self.remote.listing("", deep=False)
        if CURRENT not in found:
            return ""
        if not found[CURRENT][1]:
            raise Trouble("{link} is not a symbolic link; choose an empty folder", link=self.remote.at(CURRENT))
        return found[CURRENT][1].rpartition("/")[2]

    def _lay(self, shipment: Shipment, name: str, before: str) -> None:
        """Make a folder hold the edition; nobody reads it yet, and what an earlier attempt sent is not sent again."""
        with folder_for() as folder:
            if not before:
                (folder / EDITIONS).mkdir()
                self.remote.send(f"{folder}/", self.remote.at(""))
            (folder / RECORD).write_bytes(replace(shipment.manifest, before=before).as_json())
            linked = [f"--link-dest={self.remote.beside(before)}"] if before else []
            place = self.remote.at(f"{EDITIONS}/{name}/")
            self.remote.send(*linked, "--delete", f"--exclude=/{EDITIONS}", f"{folder}/", f"{shipment.folder}/", place)

    def _switch(self, name: str) -> None:
        """Lead readers to another edition, in one step."""
        with folder_for() as folder:
            (folder / CURRENT).symlink_to(f"{EDITIONS}/{name}")
            self.remote.send(folder / CURRENT, self.remote.at(""))

    def _tidy(self, kept: set[str]) -> None:
        """Remove all editions but these: an empty folder is sent, and they are protected."""
        rules = [f"--filter=protect /{name}" for name in sorted(kept - {""})]
        with folder_for() as folder:
            self.remote.send("--delete", *rules, f"{folder}/", self.remote.at(f"{EDITIONS}/"))


@contextmanager
def folder_for() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="press-") as folder:
        yield Path(folder)
