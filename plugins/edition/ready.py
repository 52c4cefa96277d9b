"""New bytes laid ready beside the files that they are to replace, and then put in their places.

What belongs in a folder that stands already is moved file by file. Below folders that there are not yet, it lies in
folders of the same names, and they are moved whole: a first edition is tens of thousands of files, in a few moves.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from plugins.newsroom import fingerprint

NEXT = ".edition-next"


class Ready:
    """What lies ready for one output folder. Several processes may lay, but only one puts, when all is laid."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._next = f"{folder}/{NEXT}"
        self._files = f"{self._next}/files"
        self._folders = f"{self._next}/folders"

    def prepare(self) -> None:
        """Make room, and throw away what a killed build has left."""
        self.discard()
        for place in (self._files, self._folders):
            os.makedirs(place)

    def lay(self, path: str, data: bytes) -> int:
        """Lay ready the bytes that belong at the path; answer the time (ns) that the file will have there."""
        above = path.rpartition("/")[0]
        if os.path.isdir(f"{self._folder}/{above}"):
            file = f"{self._files}/{fingerprint(path)}"
        else:
            file = f"{self._folders}/{path}"
            os.makedirs(f"{self._folders}/{above}", exist_ok=True)
        with open(file, "wb") as new:
            new.write(data)
        return os.lstat(file).st_mtime_ns

    def put(self, paths: Iterable[str]) -> None:
        """Put what lies ready for these paths in its place: each file that anybody could be reading in one step."""
        self._put_folder("")
        files = set(os.listdir(self._files))
        for path in paths:
            if (name := fingerprint(path)) in files:
                _put(f"{self._files}/{name}", f"{self._folder}/{path}")

    def discard(self) -> None:
        shutil.rmtree(self._next, ignore_errors=True)

    def _put_folder(self, below: str) -> None:
        for name in os.listdir(f"{self._folders}/{below}"):
            new, place = f"{self._folders}/{below}{name}", f"{self._folder}/{below}{name}"
            if os.path.isdir(new) and os.path.isdir(place):
                self._put_folder(f"{below}{name}/")
            else:
                _put(new, place)


def _put(new: str, place: str) -> None:
    try:
        os.replace(new, place)
    except FileNotFoundError:  # its folder has been left empty by what is gone, and removed
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.replace(new, place)
    except IsADirectoryError:
        # a folder of an earlier edition, empty by now; a stranger's files in it keep it, and the move says so
        os.rmdir(place)
        os.replace(new, place)
