"""The press room built without Pelican: the same rooms, asked in the same order, for the same bytes, sooner.

Pelican is needed as soon as the settings name a plugin that isn't a room of ours, for only it can run one.
"""

import importlib
import os
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader

from plugins.desk.building.rest import Look, Rest, forget, leave
from plugins.desk.building.traces import Traces
from plugins.edition.maker import maker
from plugins.edition.memory import Memory
from plugins.edition.publish import Report, alone_in, publish
from plugins.edition.rendering import Watch
from plugins.edition.stage import Stage
from plugins.newsroom import Fault
from plugins.reading.processes.assistant import Assistant
from plugins.reading.reader import Reading, read
from plugins.reading.survey import Survey
from plugins.reading.typesetting.body import MARKDOWN
from plugins.reading.words import lacking

_OURS = Path(__file__).parents[2]
_PELICANS = {"plugins.reading", "plugins.edition"}
"""The rooms that are a part of Pelican's run; all others only hand over outputs."""


def is_possible(settings: Mapping[str, Any]) -> bool:
    """Answer whether all plugins are our own rooms, and the templates are found as Pelican's theme alone would."""
    rooms = (str(plugin).removeprefix("plugins.") for plugin in settings["PLUGINS"])
    plain = not settings.get("THEME_TEMPLATES_OVERRIDES") and settings.get("PLUGIN_PATHS", []) == []
    return plain and set(settings["PLUGINS"]) >= _PELICANS and all((_OURS / room).is_dir() for room in rooms)


class Came(NamedTuple):
    """What came of a build: what the rooms report in words, what the edition changed, and the faults of texts that a
    preview did without. `rest` is what the next build may rely on; None if it must look at everything.
    """

    report: tuple[str, ...]
    edition: Report
    left_out: tuple[Fault, ...] = ()
    rest: Rest | None = None


def build(
    settings: Mapping[str, Any],
    private: Path,
    watch: Watch,
    look: Look | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Came:
    """Make the output folder hold what is public at the settings' moment, unless it does already.

    `private` is a folder for what never leaves this machine; `look` is one that somebody has just had; `meanwhile` is
    something to do while others read.
    Raises Faults, UnfitOutputs, or what a template raises.
    """
    look = look or Look.at(private, settings)
    if look.rest:
        untouched = Report(rendered={}, written=(), removed=(), unchanged=look.rest.files)
        return Came(look.rest.report, untouched, rest=look.rest)
    kept = Path(settings["CACHE_PATH"])
    kept.mkdir(parents=True, exist_ok=True)
    # from the first look at the content on, or a slow build could lay an older edition over a newer one
    with alone_in(kept):
        # if another build has been at it since the look, it may have been stopped in the middle of its work
        noted = forget(private)
        is_left = look.is_left if noted and noted == look.noted else _unseen
        seen = look.seen
        read = seen.digest(seen.young) if seen.is_steady else ""
        known = cache(partial(memory, settings, seen.maker))
        reading = read_newsroom(settings, watch, seen.survey, look.assistant, lambda: (known(), meanwhile()))
        edition = publish_edition(settings, reading, known(), private / "templates", watch, is_left)
        left = leave(private, Traces.of(known(), settings["CACHE_PATH"]))
    report = tuple(lacking(reading.missing, reading.newsroom.language, Path(settings["PATH"]).name))
    if not read or reading.left_out:
        return Came(report, edition, reading.left_out)
    rest = Rest(
        program=seen.program,
        read=read,
        young=seen.young,
        left=left,
        since=settings["NOW"],
        until=reading.due,
        files=edition.unchanged + len(edition.written),
        report=report,
    )
    return Came(report, edition, rest=rest)


def _unseen() -> bool:
    """Nobody has seen whether the output folder is as it was left."""
    return False


def connect(settings: Mapping[str, Any]) -> None:
    """Load the rooms that the settings name, and connect them to the edition; once is as good as twice."""
    for room in settings["PLUGINS"]:
        if room not in _PELICANS:
            importlib.import_module(room).register()


def read_newsroom(
    settings: Mapping[str, Any],
    watch: Watch,
    survey: Survey | None = None,
    assistant: Assistant | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Reading:
    """Answer the content as it is at the settings' moment, with help as `read` has it. Raises Faults."""
    watch.phase("read")
    return read(
        Path(settings["PATH"]),
        now=settings["NOW"],
        cache=Path(settings["CACHE_PATH"]),
        url=settings["SITEURL"],
        preview=settings["PREVIEW"],
        markdown=settings.get("PRESSROOM_MARKDOWN", MARKDOWN),
        jobs=jobs(settings),
        survey=survey,
        assistant=assistant,
        meanwhile=meanwhile,
    )


def memory(settings: Mapping[str, Any], made_by: str | None = None) -> Memory:
    """Answer what the last build of the settings' output folder made; `made_by` is their `maker`, if it is known."""
    return Memory.beside(Path(settings["CACHE_PATH"]), Path(settings["OUTPUT_PATH"]), made_by or maker(settings))


def publish_edition(
    settings: Mapping[str, Any],
    reading: Reading,
    memory: Memory,
    compiled: Path,
    watch: Watch,
    is_left: Callable[[], bool] = _unseen,
) -> Report:
    """Publish what the rooms make of the reading. `compiled` is a private folder for compiled templates; `is_left`
    answers whether somebody has seen that the folder is as the memory's build left it: it is asked as late as can be.

    Raises UnfitOutputs, or what a template raises.
    """
    connect(settings)
    stage = Stage(
        newsroom=reading.newsroom,
        bodies=reading.bodies,
        environment=environment(settings, compiled),
        theme=Path(settings["THEME"]),
        rooms=frozenset(settings["PLUGINS"]),
        memory=memory,
    )
    output = Path(settings["OUTPUT_PATH"])
    items = list(stage.items())
    report = publish(items, output, memory, jobs=jobs(settings), watch=watch, is_left=is_left())
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
