"""A folder on this machine: each edition lies in a folder of its own, and a symbolic link says which one is read.

    /srv/pressroom/editions/1f0c…/    the edition before, for a quick way back
    /srv/pressroom/editions/8a32…/    the edition; what didn't change is hard links to the one before
    /srv/pressroom/current            leads to it: the web server's root
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from plugins.publishing.manifest import RECORD, UNKNOWN, Manifest
from plugins.publishing.plan import Plan
from plugins.publishing.shipment import Shipment
from plugins.publishing.targets.target import Target, own_files, silent
from plugins.publishing.trouble import Trouble

EDITIONS = "editions"
CURRENT = "current"


def name_of(digest: str) -> str:
    """Answer what the folder of an edition is called: the same edition, the same folder."""
    return digest[:16]


class Folder(Target):
    """A folder that a web server on this machine reads through the link `current`."""

    switches_at_once = True

    def __init__(self, root: Path) -> None:
        self.root = root

    def held(self) -> Manifest:
        self._current()
        return self._in(self.root / CURRENT)

    def read(self, path: str) -> bytes | None:
        try:
            return (self.root / CURRENT / path).read_bytes()
        except FileNotFoundError:
            return None

    def deploy(self, shipment: Shipment, plan: Plan, done: Callable[[str], None] = silent) -> None:
        try:
            self._deploy(shipment, plan, done)
        except OSError as error:
            raise Trouble("{folder} can't be written: {why}", folder=self.root, why=error.strerror) from None

    def _deploy(self, shipment: Shipment, plan: Plan, done: Callable[[str], None]) -> None:
        if not plan.is_empty:
            name, before = name_of(shipment.manifest.digest), self._current()
            if name == before:  # somebody has changed it: it is laid anew beside, and takes its place
                name = f"{name}-again"
            self._lay(shipment, self.root / EDITIONS / name, before, done)
            self._switch(name)
        self._tidy()

    def earlier(self) -> Iterator[tuple[str, bytes]] | None:
        before = self.held().before
        place = self.root / EDITIONS / before
        manifest = self._in(place) if before else Manifest()
        if not manifest.files or UNKNOWN in manifest.files.values():
            return None
        return ((path, (place / path).read_bytes()) for path in manifest.files)

    def _in(self, place: Path) -> Manifest:
        try:
            manifest = Manifest.of_json((place / RECORD).read_bytes())
        except FileNotFoundError:
            return Manifest()
        except OSError as error:
            raise Trouble("{folder} can't be read: {why}", folder=place, why=error.strerror) from None
        return manifest.confirmed(own_files(_listing(place)))

    def _current(self) -> str:
        """Answer the name of the edition that is read; "" if there is none."""
        link = self.root / CURRENT
        if link.is_symlink():
            return link.readlink().name
        if link.exists():
            raise Trouble("{link} is not a symbolic link; choose an empty folder", link=link)
        return ""

    def _lay(self, shipment: Shipment, place: Path, before: str, done: Callable[[str], None]) -> None:
        """Make the folder hold the edition; nobody reads it yet, so its manifest is written last."""
        wanted, old, held = shipment.manifest.files, self.root / CURRENT, self.held().files
        if self._in(place).files != wanted:
            shutil.rmtree(place, ignore_errors=True)
            for path, item in wanted.items():
                (place / path).parent.mkdir(parents=True, exist_ok=True)
                if held.get(path) != item or not _link(old / path, place / path):
                    shutil.copyfile(shipment.folder / path, place / path)
                done(path)
        _write(place / RECORD, replace(shipment.manifest, before=before).as_json())

    def _switch(self, name: str) -> None:
        """Lead readers to another edition, in one step."""
        new = self.root / f".{CURRENT}"
        new.unlink(missing_ok=True)
        new.symlink_to(Path(EDITIONS, name))
        new.replace(self.root / CURRENT)

    def _tidy(self) -> None:
        """Remove all editions but this one and the one before it."""
        kept = {self._current(), self.held().before}
        for folder in (self.root / EDITIONS).iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder)


def _listing(folder: Path) -> dict[str, int]:
    found = {}
    for place, _folders, names in os.walk(folder):
        for name in names:
            file = Path(place, name)
            if not file.is_symlink():
                found[file.relative_to(folder).as_posix()] = file.stat().st_size
    return found


def _link(file: Path, place: Path) -> bool:
    """Lay a hard link to the file, and answer whether the disk could."""
    try:
        place.hardlink_to(file)
    except OSError:
        return False
    return True


def _write(file: Path, data: bytes) -> None:
    new = file.with_name(f"{file.name}.new")
    new.write_bytes(data)
    new.replace(file)
