"""Where Pelican asks for content: our reading in the place of its articles and pages."""

import os
import sys
from pathlib import Path
from typing import Any

from pelican.generators import Generator

from plugins.newsroom import Faults
from plugins.reading.masthead import masthead
from plugins.reading.reader import read
from plugins.reading.typesetting.body import MARKDOWN
from plugins.reading.words import lacking, told

NOWHERE = "no-articles-of-pelicans-own"


def quieten_pelican(pelican: Any) -> None:
    """Let Pelican's own articles, pages and feeds find and make nothing, and let it never empty the output folder."""
    pelican.settings.update(
        ARTICLE_PATHS=[NOWHERE],
        PAGE_PATHS=[NOWHERE],
        STATIC_PATHS=[],
        THEME_STATIC_PATHS=[],
        DIRECT_TEMPLATES=[],
        FEED_ALL_ATOM=None,
        CATEGORY_FEED_ATOM=None,
        TRANSLATION_FEED_ATOM=None,
        AUTHOR_FEED_ATOM=None,
        AUTHOR_FEED_RSS=None,
        AUTHOR_SAVE_AS="",
        CATEGORY_SAVE_AS="",
        TAG_SAVE_AS="",
        DELETE_OUTPUT_DIRECTORY=False,
    )
    pelican.delete_outputdir = False


class NewsroomGenerator(Generator):
    """Reads the content once and puts the newsroom and its bodies into Pelican's context."""

    def generate_context(self) -> None:
        """Read; or tell every fault on standard error and leave with exit code 1, before anything is written."""
        content = Path(self.path)
        try:
            reading = read(
                content,
                now=self.settings["NOW"],
                cache=Path(self.settings["CACHE_PATH"]),
                url=self.settings["SITEURL"],
                preview=self.settings.get("PREVIEW", False),
                markdown=self.settings.get("PRESSROOM_MARKDOWN", MARKDOWN),
                jobs=self.settings.get("PRESSROOM_JOBS") or os.cpu_count() or 1,
            )
        except Faults as found:
            languages = masthead.languages(content)
            language = languages[0] if languages else self.settings["DEFAULT_LANG"]
            print("\n".join(told(found.faults, language, content.name)), file=sys.stderr)
            # SystemExit, for Pelican would show a traceback of any other exception
            raise SystemExit(1) from None
        if reading.left_out:
            print("\n".join(told(reading.left_out, reading.newsroom.language, content.name)), file=sys.stderr)
        self.context["newsroom"] = reading.newsroom
        self.context["bodies"] = reading.bodies
        for sentence in lacking(reading.missing, reading.newsroom.language, content.name):
            print(sentence)
        reading.keep()


def offer(pelican: Any) -> type[Generator]:
    """Answer the generator, when Pelican asks for generators."""
    return NewsroomGenerator
