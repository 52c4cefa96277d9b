"""Where finished pictures are kept between builds, by what they are made of.

`<negative>/<label>/` holds one picture's files: the first name stands for the source's bytes and the way they are
encoded, the second for the words written into them. So new words are written into files that exist, without
encoding anything, and a release can change its name without its pictures being made again.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from plugins.media.containers import Encoded

_CONTENTS = "contents.json"
_HEX = re.compile(r"[0-9a-f]{32}")
_UNTOUCHED = 1_000_000_000  # the time that every finished file carries; another time means that something touched it


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One finished file: `name` within its folder, `width` and `height` in pixels."""

    name: str
    media_type: str
    width: int
    height: int
    bytes: int
    sha256: str


class Shelf:
    """A folder of finished pictures. Two processes may use it at once: what they write is the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[tuple[str, str]] = set()
        self._held: dict[tuple[str, str], Sequence[tuple[str, int]]] = {}

    def path(self, negative: str, label: str, kept: Kept) -> Path:
        """Answer where a file's bytes lie."""
        return self._folder / negative / label / kept.name

    def find(self, negative: str, label: str) -> tuple[Kept, ...] | None:
        """Answer the picture's files, or None if they are not all here, whole and unchanged."""
        self._used.add((negative, label))
        try:
            files = _contents(self._folder / negative / label)
            whole = all(_is_whole(self.path(negative, label, kept), kept) for kept in files)
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return files if files and whole else None

    def pixels(self, negative: str) -> tuple[Encoded, ...] | None:
        """Answer the same picture's files under any other label, or None if there are none whole."""
        for contents in sorted((self._folder / negative).glob(f"*/{_CONTENTS}")):
            try:
                pixels = tuple(_loaded(contents.parent, kept) for kept in _contents(contents.parent))
            except (OSError, ValueError, TypeError, KeyError):
                continue
            if pixels:
                return pixels
        return None

    def keep(self, negative: str, label: str, pictures: Iterable[Encoded]) -> tuple[Kept, ...]:
        """Write a picture's files, and answer what is kept."""
        folder = self._folder / negative / label
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for picture in pictures:
            _write(folder / picture.name, picture.data)
            files.append(
                Kept(
                    name=picture.name,
                    media_type=picture.media_type,
                    width=picture.width,
                    height=picture.height,
                    bytes=len(picture.data),
                    sha256=_sha256(picture.data),
                )
            )
        # Last, so that whoever finds the list finds all that it names.
        listed = [asdict(kept) for kept in files]
        _write(folder / _CONTENTS, json.dumps({"digest": _digest(folder, files), "files": listed}, indent=1).encode())
        return tuple(files)

    def holds(self, files: Sequence[tuple[str, int]]) -> bool:
        """Answer whether a picture's files, each with its size, are still here as they were left, and count the
        picture as asked for.
        """
        key = _key(files[0][0])
        self._used.add(key)
        if self._held.get(key) == files:  # texts and their translations show the same ones
            return True
        try:
            found = [(os.lstat(place), size) for place, size in files]
        except OSError:
            return False
        as_left = all(stat.st_size == size and int(stat.st_mtime) == _UNTOUCHED for stat, size in found)
        if as_left or self.find(*key) is not None:
            self._held[key] = files
            return True
        return False

    def prune(self) -> None:
        """Remove every picture that has not been asked for since this shelf was made; what others put here stays."""
        for key in set(self._keys()) - self._used:
            self._discard(self._folder / key[0] / key[1])

    def _keys(self) -> Iterator[tuple[str, str]]:
        """Answer negatives and labels of all that lies here."""
        for negative in _names(self._folder):
            for label in _names(self._folder / negative):
                yield negative, label

    def _discard(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # others of its labels are still in use
            folder.parent.rmdir()


def _names(folder: Path) -> list[str]:
    """Answer those names in the folder that a shelf gives; [] if there is no such folder."""
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if _HEX.fullmatch(entry.name)]
    except OSError:
        return []


def _key(place: str) -> tuple[str, str]:
    """Answer a finished file's negative and label."""
    negative, label, _ = place.rsplit(os.sep, 2)
    return negative.rpartition(os.sep)[2], label


def _contents(folder: Path) -> tuple[Kept, ...]:
    """Answer what is listed in a picture's folder. Raises OSError, ValueError, TypeError or KeyError for a bad one."""
    listed = json.loads((folder / _CONTENTS).read_bytes())
    files = tuple(Kept(**entry) for entry in listed["files"])
    if listed["digest"] != _digest(folder, files):
        raise ValueError(folder)
    return files


def _digest(folder: Path, files: Iterable[Kept]) -> str:
    """Answer what says that a list is whole, and that it is this folder's."""
    return _sha256(repr((_key(str(folder / _CONTENTS)), *files)).encode())


def _loaded(folder: Path, kept: Kept) -> Encoded:
    """Answer the file with its bytes; raises ValueError if they are not what they were."""
    data = (folder / kept.name).read_bytes()
    if _sha256(data) != kept.sha256:
        raise ValueError(kept.name)
    return Encoded(name=kept.name, media_type=kept.media_type, width=kept.width, height=kept.height, data=data)


def _is_whole(path: Path, kept: Kept) -> bool:
    found = path.stat()
    if found.st_size != kept.bytes:
        return False
    if int(found.st_mtime) == _UNTOUCHED:
        return True
    if _sha256(path.read_bytes()) != kept.sha256:
        return False
    os.utime(path, (_UNTOUCHED, _UNTOUCHED))
    return True


def _write(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.utime(name, (_UNTOUCHED, _UNTOUCHED))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
