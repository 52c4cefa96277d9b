"""What the last edition has left in its folder: which of its files hold still what was made then."""

import os
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from plugins.edition.standing import Kept, Made, Sealed
from plugins.newsroom.keeping import NotKept


@dataclass(frozen=True, slots=True)
class Left:
    """The output folder with what is left in it; `opened` is the same folder, open.

    `is_whole`: somebody has just seen that every file of the last edition is as it was left, so nobody need look again.
    """

    folder: str
    opened: int
    is_whole: bool = False

    def sealed(self, known: Sealed) -> Sealed | None:
        """Answer the bundle if all its files hold what was made; with other times if they were copied or restored."""
        if self.is_whole or known.is_left(self.opened):
            return known
        try:
            found = self.bundle(known.opened())
        except NotKept:
            return None
        return Sealed.of(found) if found else None

    def bundle(self, known: Kept) -> Kept | None:
        """Answer the bundle if all its files hold what was made; itself, unless they have other times."""
        if self.is_whole:
            return known
        outputs: dict[str, Made] = {}
        is_same = True
        for path, made in known.outputs.items():
            found = self.file(path, made)
            if found is None:
                return None
            is_same &= found is made
            outputs[path] = found
        bundles: dict[str, Kept] = {}
        for name, bundle in known.bundles.items():
            within = self.bundle(bundle)
            if within is None:
                return None
            is_same &= within is bundle
            bundles[name] = within
        return known if is_same else Kept(known.fingerprint, outputs, bundles)

    def file(self, path: str, made: Made) -> Made | None:
        """Answer what was made if its file holds it still; with another time if it has been copied or restored."""
        if self.is_whole:
            return made
        try:
            found = os.stat(path, dir_fd=self.opened, follow_symlinks=False)
            if found.st_size != made.size:
                return None
            if found.st_mtime_ns == made.modified:
                return made
            if stat.S_ISLNK(found.st_mode) or sha256(Path(self.folder, path).read_bytes()).hexdigest() != made.digest:
                return None
        except OSError:
            return None
        return made._replace(modified=found.st_mtime_ns)
