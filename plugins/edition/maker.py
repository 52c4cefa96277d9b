"""The program as an input: when its code, its settings or its libraries change, everything may come out otherwise."""

import json
import sys
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

CODE = Path(__file__).parent.parent

HEARD = ("JINJA_ENVIRONMENT", "JINJA_EXTENSIONS", "JINJA_FILTERS", "JINJA_GLOBALS", "JINJA_TESTS", "PLUGINS", "SITEURL")
"""The settings that bytes depend on, besides our own, which begin with `PRESSROOM_`. Where and when a build reads are
told elsewhere: the content and the clock are inputs of their own."""


def maker(settings: Mapping[str, Any]) -> str:
    """Answer a fingerprint of Python, the installed libraries, the rooms' code, and the settings that they hear."""
    told = {name: settings[name] for name in sorted(settings) if name in HEARD or name.startswith("PRESSROOM_")}
    told = {name: _said(value) for name, value in told.items() if name != "PRESSROOM_JOBS"}
    told = {name: value for name, value in told.items() if value or name not in HEARD}
    shown = json.dumps(told, sort_keys=True, default=source)
    return _fingerprint(sys.version, *libraries(), shown, code(settings["PLUGINS"]))


def _said(value: Any) -> Any:
    """Answer a setting without what is empty in it: Pelican adds an empty list here and there."""
    return {key: part for key, part in value.items() if part} if isinstance(value, Mapping) else value


def source(value: Any) -> str:
    """Answer a function of the settings file as it is written there, and anything else by its name."""
    module = str(getattr(value, "__module__", ""))
    if module.partition(".")[0] == "jinja2":  # its version is told among the libraries
        return f"{module}.{getattr(value, '__qualname__', '')}"
    import inspect  # noqa: PLC0415 - slow to import, and few settings hold a function

    try:
        return inspect.getsource(value)
    except (TypeError, OSError):
        return str(getattr(value, "__qualname__", type(value).__name__))


def libraries() -> list[str]:
    """Answer names and versions of what is installed, as pip names the folders that say so."""
    return sorted(folder.name for place in sys.path for folder in Path(place).glob("*.dist-info"))


def code(plugins: Iterable[object]) -> str:
    """Answer a fingerprint of all that the rooms taking part hold: programs, catalogues, schemas."""
    rooms = sorted({CODE / "newsroom", *(CODE / str(plugin).removeprefix("plugins.") for plugin in plugins)})
    found = [file for room in rooms for file in room.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    files = sorted(found)
    return _fingerprint(*(part for file in files for part in (file.relative_to(CODE).as_posix(), file.read_bytes())))


def _fingerprint(*parts: str | bytes) -> str:
    """Answer a digest of the parts, in order. Whoever asks only what the program is need not load the nouns for it."""
    digest = blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
