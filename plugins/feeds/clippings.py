"""What was written of a release in one feed, cut out to be pasted into the others that it stands in."""

import contextlib
import os
import tempfile
import weakref


class Clippings:
    """Keeps clippings in a file without a name, which ends with the process: in memory they would be as large as all
    that is published. What can't be kept, for want of space, is not found.
    """

    def __init__(self) -> None:
        self._process = 0
        self._places: dict[tuple[str, str], tuple[int, int]] = {}

    def find(self, source: str, ending: str) -> bytes | None:
        """Answer what was written of a text in a format, if it is kept."""
        place = self._places.get((source, ending)) if self._process == os.getpid() else None
        return os.pread(self._file.fileno(), *place) if place else None

    def keep(self, source: str, ending: str, clipping: bytes) -> None:
        with contextlib.suppress(OSError):
            if self._process != os.getpid():
                self._begin()  # also in a process that was forked off: it would write over its parent's
            if os.pwrite(self._file.fileno(), clipping, self._end) == len(clipping):
                self._places[source, ending] = (len(clipping), self._end)
                self._end += len(clipping)

    def _begin(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - open for as long as there are clippings
        weakref.finalize(self, self._file.close)
        self._places, self._end = {}, 0
        self._process = os.getpid()
