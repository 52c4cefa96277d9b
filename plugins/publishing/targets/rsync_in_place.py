"""A folder on another machine that can't be a symbolic link (`public_html`): changed in place, in order.

Readers can meet old and new pages side by side while it lasts; each file is whole, and nothing leads to what isn't
there yet. Where the host lets you choose, take `rsync`, which switches at once.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from plugins.publishing.manifest import RECORD, Manifest
from plugins.publishing.plan import Plan
from plugins.publishing.shipment import Shipment
from plugins.publishing.targets.rsync import SSH, Remote, folder_for
from plugins.publishing.targets.target import Target, silent


class RsyncInPlace(Target):
    """A web server's folder on another machine. What others put there is left alone."""

    switches_at_once = False

    def __init__(self, place: str, ssh: str = SSH) -> None:
        self.remote = Remote(place, ssh)

    def held(self) -> Manifest:
        return self.remote.manifest("")

    def read(self, path: str) -> bytes | None:
        return self.remote.read(path)

    def deploy(self, shipment: Shipment, plan: Plan, done: Callable[[str], None] = silent) -> None:
        if plan.is_empty:
            return
        self._record(plan.held.unsure_of([*plan.uploads, *plan.removals]))
        for paths in filter(None, plan.phases):
            named = ("--from0", "--files-from=-")
            self.remote.send(*named, f"{shipment.folder}/", self.remote.at(""), input=_listed(paths))
            for path in paths:
                done(path)
        self._remove(plan.removals, shipment.manifest)
        for path in plan.removals:
            done(path)
        self._record(shipment.manifest)

    def earlier(self) -> Iterator[tuple[str, bytes]] | None:
        return None

    def _record(self, manifest: Manifest) -> None:
        with folder_for() as folder:
            (folder / RECORD).write_bytes(manifest.as_json())
            self.remote.send(folder / RECORD, self.remote.at(""))

    def _remove(self, paths: Sequence[str], wanted: Manifest) -> None:
        """Remove files, and the folders that are empty then.

        rsync is sent the folders that stay, with rules that let it see nothing but what is to go.
        """
        if not paths:
            return
        kept = _folders(wanted.files)
        rules = [f"/{_literally(path)}" for path in paths]
        rules += [f"/{_literally(folder)}/" for folder in sorted(_folders(paths))]
        with folder_for() as folder:
            for path in _folders(paths) & kept:
                (folder / path).mkdir(parents=True, exist_ok=True)
            named = ("--delete", "--from0", "--include-from=-", "--exclude=*")
            self.remote.send(*named, f"{folder}/", self.remote.at(""), input=_listed(rules))


def _folders(paths: Iterable[str]) -> set[str]:
    """Answer all folders that the paths lie in."""
    return {str(folder) for path in paths for folder in PurePosixPath(path).parents} - {"."}


def _literally(path: str) -> str:
    """Answer a path as a rule of rsync's, which takes a backslash for itself unless there are wildcards."""
    return re.sub(r"([*?\[\\])", r"\\\1", path) if re.search(r"[*?\[]", path) else path


def _listed(paths: Iterable[str]) -> bytes:
    return b"\0".join(path.encode() for path in paths)
