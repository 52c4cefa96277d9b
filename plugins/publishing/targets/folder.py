"""A folder on this machine: each edition lies in a folder of its own, and a symbolic link says which one is read.

    /srv/pressroom/editions/1f0c…/    the edition before, for a quick way back
    /srv/pressroom/editions/8a32…/    the edition; what didn't change is hard links to the one before
    /srv/pressroom/current            leads to it: the web server's root
    /srv/pressroom/spare/             what the next edition is made of: nobody reads it
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from plugins.publishing import laying
from plugins.publishing.manifest import RECORD, UNKNOWN, Manifest
from plugins.publishing.plan import Plan
from plugins.publishing.shipment import Shipment
from plugins.publishing.targets.target import Target, silent
from plugins.publishing.trouble import Trouble

EDITIONS = "editions"
CURRENT = "current"
SPARE = "spare"


def name_of(digest: str) -> str:
    """Answer what the folder of an edition is called: the same edition, the same folder."""
    return digest[:16]


class Folder(Target):
    """A folder that a web server on this machine reads through the link `current`."""

    switches_at_once = True

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[tuple[int, int, int], Manifest] = {}

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
        before = self._current()
        if plan.is_empty:
            self._clear({before, plan.held.before})
            return
        name = name_of(shipment.manifest.digest)
        if name == before:  # somebody has changed it: it is laid anew beside, and takes its place
            name = f"{name}-again"
        place = self.root / EDITIONS / name
        if self._said(place).files == shipment.manifest.files and shipment.manifest.files.keys() <= laying.paths(place):
            laying.write(place / RECORD, shipment.manifest.as_json(before=before))
            for path in plan.uploads:
                done(path)
        else:
            self._lay(shipment, before, plan.held, done)
            laying.clear(place)
            place.parent.mkdir(exist_ok=True)
            (self.root / SPARE).rename(place)
        self._switch(name)
        self._clear({name, before})

    def tidy(self) -> None:
        """Make the spare folder the same as the edition that is read: the next differs little from that, and no text
        that is gone stays there.
        """
        current = self.root / CURRENT
        said = self._said(current)
        if said.files:
            self._lay(Shipment(current, said), said.before, said, silent)

    def earlier(self) -> Iterator[tuple[str, bytes]] | None:
        before = self.held().before
        place = self.root / EDITIONS / before
        manifest = self._in(place) if before else Manifest()
        if not manifest.files or UNKNOWN in manifest.files.values():
            return None
        return ((path, (place / path).read_bytes()) for path in manifest.files)

    def version(self) -> str:
        try:
            record = (self.root / CURRENT / RECORD).stat()
        except OSError:
            return ""
        return f"{self._current()} {record.st_ino} {record.st_mtime_ns} {record.st_size}"

    def _in(self, place: Path) -> Manifest:
        """Answer what a folder holds, by its manifest and by what is there; an empty one if there is none."""
        try:
            manifest = self._said(place)
            return manifest.confirmed(laying.listing(place)) if manifest.files else manifest
        except FileNotFoundError:
            return Manifest()
        except OSError as error:
            raise Trouble("{folder} can't be read: {why}", folder=place, why=error.strerror) from None

    def _said(self, place: Path) -> Manifest:
        """Answer what the manifest in a folder says; it may be read more than once, and is never changed."""
        file = place / RECORD
        try:
            found = file.stat()
        except FileNotFoundError:
            return Manifest()
        key = (found.st_ino, found.st_mtime_ns, found.st_size)
        if key not in self._read:
            self._read[key] = Manifest.of_json(file.read_bytes())
        return self._read[key]

    def _current(self) -> str:
        """Answer the name of the edition that is read; "" if there is none."""
        link = self.root / CURRENT
        if link.is_symlink():
            return link.readlink().name
        if link.exists():
            raise Trouble("{link} is not a symbolic link; choose an empty folder", link=link)
        return ""

    def _lay(self, shipment: Shipment, before: str, held: Manifest, done: Callable[[str], None]) -> None:
        """Make the spare folder hold the edition. Nobody reads it; its manifest is away for as long as it isn't whole.

        `held` is what the edition that is read has: what is the same is linked to it.
        """
        spare, current, wanted = self.root / SPARE, self.root / CURRENT, shipment.manifest.files
        spare.mkdir(parents=True, exist_ok=True)
        said, there = dict(self._said(spare).files), laying.paths(spare)
        for path, item in held.files.items():
            if item == UNKNOWN:  # somebody has harmed it, and its links with it
                said.pop(path, None)
        (spare / RECORD).unlink(missing_ok=True)

        def lay(path: str, place: Path) -> None:
            if held.files.get(path) != wanted[path] or not _link(current / path, place):
                shutil.copyfile(shipment.folder / path, place)
            done(path)

        laying.change(
            spare,
            gone=there - wanted.keys() - {RECORD},
            changed=[path for path, item in wanted.items() if path not in there or said.get(path) != item],
            lay=lay,
        )
        laying.write(spare / RECORD, shipment.manifest.as_json(before=before))

    def _switch(self, name: str) -> None:
        """Lead readers to another edition, in one step."""
        new = self.root / f".{CURRENT}"
        new.unlink(missing_ok=True)
        new.symlink_to(Path(EDITIONS, name))
        new.replace(self.root / CURRENT)

    def _clear(self, kept: set[str]) -> None:
        """Put away all editions but these: one is kept to make the next of."""
        for folder in (self.root / EDITIONS).iterdir():
            if folder.name not in kept:
                if (self.root / SPARE).exists():
                    laying.clear(folder)
                else:
                    folder.rename(self.root / SPARE)


def _link(file: Path, place: Path) -> bool:
    """Lay a hard link to the file, and answer whether the disk could."""
    try:
        place.hardlink_to(file)
    except OSError:
        return False
    return True
