"""What the room makes."""

from collections.abc import Iterator

from plugins.edition.stage import Stage
from plugins.newsroom import Bundle, Output
from plugins.pages import (
    assignments,
    contacts,
    follow,
    front,
    images,
    lists,
    notfound,
    opendata,
    redirects,
    releases,
    sitemaps,
    standing,
    wellknown,
)
from plugins.pages.lists import Entries
from plugins.pages.subjects import Subjects
from plugins.pages.theme import Theme


def outputs(stage: Stage) -> Iterator[Output | Bundle]:
    """Answer every page in every language, the theme's static files, and the open data beside the pages."""
    newsroom, theme = stage.newsroom, Theme(stage)
    yield from theme.files()
    for language in newsroom.languages:
        subjects, entries = Subjects(newsroom, language), Entries(newsroom, language)
        yield front.output(newsroom, subjects, theme, language)
        yield from releases.outputs(stage, entries, theme, language)
        yield from lists.outputs(stage, subjects, entries, theme, language)
        yield from assignments.outputs(stage, theme, language)
        yield contacts.output(newsroom, theme, language)
        yield from images.outputs(stage, theme, language)
        yield follow.output(newsroom, subjects, theme, language)
        yield from standing.outputs(newsroom, theme, language)
    yield notfound.output(newsroom, theme)
    yield from opendata.outputs(stage)
    yield from redirects.outputs(stage)
    yield from sitemaps.outputs(stage)
    yield from wellknown.outputs(stage)
