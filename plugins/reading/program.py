"""The program as an input of what it reads: when it changes, everything is read again."""

import sys
from functools import cache
from pathlib import Path

from plugins.newsroom import fingerprint

_ROOMS = (Path(__file__).parent, Path(__file__).parent.parent / "media", Path(__file__).parent.parent / "newsroom")


@cache
def program() -> str:
    """Answer a fingerprint of Python, of what is installed, and of the rooms that reading takes part in."""
    installed = sorted(folder.name for place in sys.path for folder in Path(place).glob("*.dist-info"))
    code = [file.read_bytes() for room in _ROOMS for file in sorted(room.rglob("*.py"))]
    return fingerprint(sys.version, *installed, *code)
