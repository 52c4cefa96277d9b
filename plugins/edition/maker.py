"""The program as an input: when its code, its settings or its libraries change, everything may come out otherwise."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plugins.newsroom import fingerprint

CODE = Path(__file__).parent.parent

# Where a build reads and writes, and when, are told elsewhere: the content and the clock are inputs of their own.
ELSEWHERE = {"NOW", "PATH", "OUTPUT_PATH", "CACHE_PATH", "THEME", "PREVIEW"}


def maker(settings: Mapping[str, Any]) -> str:
    """Answer a fingerprint of Python, the installed libraries, the rooms' code and Pelican's settings."""
    told = {name: value for name, value in settings.items() if name.isupper() and name not in ELSEWHERE}
    shown = json.dumps(told, sort_keys=True, default=lambda value: getattr(value, "__qualname__", type(value).__name__))
    return fingerprint(sys.version, *libraries(), shown, code())


def libraries() -> list[str]:
    """Answer names and versions of what is installed, as pip names the folders that say so."""
    return sorted(folder.name for place in sys.path for folder in Path(place).glob("*.dist-info"))


def code() -> str:
    """Answer a fingerprint of all that the rooms' folders hold: programs, catalogues, schemas."""
    files = sorted(file for file in CODE.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return fingerprint(*(part for file in files for part in (file.relative_to(CODE).as_posix(), file.read_bytes())))
