"""What lies in a folder at a moment, as sizes and times: looked at once, so that all who ask are told the same."""

import os
from collections.abc import Mapping
from pathlib import Path

Stamp = tuple[int, int, int]
"""Mode (as `os.lstat` has it), size in bytes, time in nanoseconds. Of a link: its own mode, the rest of its target."""

Stamps = Mapping[str, Stamp]


def survey(folder: str | Path) -> dict[str, Stamp]:
    """Answer the stamp of everything below the folder, by path, folders included; what can't be looked at is left out.

    A folder behind a link is not looked into.
    """
    found: dict[str, Stamp] = {}
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    own = entry.stat(follow_symlinks=False)
                    read = entry.stat() if entry.is_symlink() else own
                    found[entry.path] = (own.st_mode, read.st_size, read.st_mtime_ns)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue
    return found
