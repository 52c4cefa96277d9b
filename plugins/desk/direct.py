"""The press room built without Pelican: the same rooms, asked in the same order, for the same bytes, sooner.

Pelican is needed as soon as the settings name a plugin that isn't a room of ours, for only it can run one.
"""

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader

from plugins.desk.project import Project
from plugins.edition.maker import maker
from plugins.edition.memory import Memory
from plugins.edition.publish import Report, publish
from plugins.edition.rendering import Watch
from plugins.edition.stage import Stage
from plugins.reading.bodies import MARKDOWN
from plugins.reading.reader import Reading, read

_OURS = Path(__file__).parent.parent
_PELICANS = {"plugins.reading", "plugins.edition"}
"""The rooms that are a part of Pelican's run; all others only hand over outputs."""


def settings(project: Project, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the project's settings with absolute folders, as Pelican reads them; overrides go before them."""
    given = {**project.settings, **overrides}
    folders = {name: str(project.root / given[name]) for name in ("PATH", "OUTPUT_PATH", "CACHE_PATH", "THEME")}
    return {**given, **folders}


def is_possible(settings: Mapping[str, Any]) -> bool:
    """Answer whether all plugins are our own rooms, and the templates are found as Pelican's theme alone would."""
    rooms = (str(plugin).removeprefix("plugins.") for plugin in settings["PLUGINS"])
    plain = not settings.get("THEME_TEMPLATES_OVERRIDES") and settings.get("PLUGIN_PATHS", []) == []
    return plain and set(settings["PLUGINS"]) >= _PELICANS and all((_OURS / room).is_dir() for room in rooms)


def read_newsroom(settings: Mapping[str, Any], watch: Watch) -> Reading:
    """Answer the content as it is at the settings' moment. Raises Faults."""
    watch.phase("read")
    return read(
        Path(settings["PATH"]),
        now=settings["NOW"],
        cache=Path(settings["CACHE_PATH"]),
        url=settings["SITEURL"],
        preview=settings["PREVIEW"],
        markdown=settings.get("PRESSROOM_MARKDOWN", MARKDOWN),
        jobs=jobs(settings),
    )


def publish_edition(settings: Mapping[str, Any], reading: Reading, compiled: Path, watch: Watch) -> Report:
    """Publish what the rooms make of the reading. `compiled` is a private folder for compiled templates.

    Raises UnfitOutputs, or what a template raises.
    """
    for room in settings["PLUGINS"]:
        if room not in _PELICANS:
            importlib.import_module(room).register()
    output = Path(settings["OUTPUT_PATH"])
    memory = Memory.beside(Path(settings["CACHE_PATH"]), output, maker(settings))
    stage = Stage(
        newsroom=reading.newsroom,
        bodies=reading.bodies,
        environment=environment(settings, compiled),
        theme=Path(settings["THEME"]),
        rooms=frozenset(settings["PLUGINS"]),
        memory=memory,
    )
    report = publish(stage.items(), output, memory, jobs=jobs(settings), watch=watch)
    reading.keep()
    return report


def environment(settings: Mapping[str, Any], compiled: Path) -> Environment:
    """Answer a Jinja environment as Pelican makes it of the same settings."""
    compiled.mkdir(parents=True, exist_ok=True)
    made = Environment(  # noqa: S701 - the settings turn autoescape on
        loader=FileSystemLoader(Path(settings["THEME"]) / "templates"),
        bytecode_cache=FileSystemBytecodeCache(str(compiled)),
        **settings["JINJA_ENVIRONMENT"],
    )
    made.filters.update(settings.get("JINJA_FILTERS", {}))
    made.globals.update(settings.get("JINJA_GLOBALS", {}))
    made.tests.update(settings.get("JINJA_TESTS", {}))
    return made


def jobs(settings: Mapping[str, Any]) -> int:
    """Answer over how many processes to work: as the settings say, else over all that this one may use."""
    free = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return settings.get("PRESSROOM_JOBS") or free
