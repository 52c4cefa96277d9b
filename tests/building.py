"""Builds of whole press rooms for tests: real Pelican, real settings, in this process."""

from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader
from pelican import Pelican
from pelican.settings import read_settings

from plugins.edition.stage import Stage
from plugins.feeds.outputs import outputs as feed_outputs
from plugins.media.outputs import outputs as media_outputs
from plugins.newsroom import Bundle, Output, opened
from plugins.pages.outputs import outputs as page_outputs
from plugins.reading.reader import read
from plugins.subscriptions.outputs import outputs as list_outputs

PROJECT = Path(__file__).parent.parent
SAMPLE = PROJECT / "tests" / "sample"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def build(content: Path, output: Path, *, now: datetime = NOW, cache: Path | None = None, **settings: object) -> Path:
    """Build the content as `pelican content -s pelicanconf.py` does, as of `now`, and answer the output folder.

    The cache is beside the output unless given. Other settings go before those of pelicanconf.py.
    """
    overrides = {
        "PATH": str(content),
        "OUTPUT_PATH": str(output),
        "CACHE_PATH": str(cache or output.parent / "cache"),
        "THEME": str(PROJECT / "theme"),
        "NOW": now,
        **settings,
    }
    Pelican(read_settings(str(PROJECT / "pelicanconf.py"), override=overrides)).run()
    return output


def outputs(content: Path, cache: Path, *, now: datetime = NOW, theme: Path = PROJECT / "theme") -> list[Output]:
    """Answer what the rooms want published, one by one, unrendered and unwritten."""
    return list(opened(items(content, cache, now=now, theme=theme)))


def items(
    content: Path, cache: Path, *, now: datetime = NOW, theme: Path = PROJECT / "theme"
) -> list[Output | Bundle]:
    """Answer what the rooms want published as they hand it over, in bundles."""
    reading = read(content, now=now, cache=cache)
    reading.keep()
    settings = read_settings(str(PROJECT / "pelicanconf.py"))
    environment = Environment(
        loader=FileSystemLoader(theme / "templates"),
        bytecode_cache=FileSystemBytecodeCache(),  # many builds in one run need not compile the same templates
        **settings["JINJA_ENVIRONMENT"],
    )
    stage = Stage(
        newsroom=reading.newsroom,
        bodies=reading.bodies,
        environment=environment,
        theme=theme,
        rooms=frozenset(settings["PLUGINS"]),
    )
    rooms = (media_outputs, page_outputs, feed_outputs, list_outputs)
    return [item for room in rooms for item in room(stage)]


def files(folder: Path) -> dict[str, bytes]:
    """Answer every file below the folder by its path, hidden ones too."""
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}
