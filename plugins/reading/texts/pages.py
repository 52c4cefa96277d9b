"""From a folder's files to one standing Page per language."""

from collections.abc import Iterable
from dataclasses import replace

from plugins.newsroom import Page
from plugins.reading.manuscripts import shaping
from plugins.reading.manuscripts.schema import PageShape
from plugins.reading.selection import Selected
from plugins.reading.surroundings import Surroundings
from plugins.reading.texts import attachments
from plugins.reading.texts.notes import Notes
from plugins.reading.typesetting import typesetting


def read(selected: Selected, original_language: str, around: Surroundings) -> Page:
    """Answer the page in one language; every language version is whole. Raises Faults."""
    manuscript = typesetting.manuscript(selected.source, around)
    shape = shaping.shape(manuscript, PageShape)
    source = selected.source
    notes = Notes(manuscript, source.language)
    notes.check_language(around.masthead)
    digest = notes.attempt(lambda: typesetting.body(manuscript, around), "")
    notes.raise_if_any()
    return Page(
        key=source.slug,
        language=source.language,
        original_language=original_language,
        address=around.masthead.addresses.section(source.language, source.slug),
        source=source.path,
        state=selected.state,
        published=around.moment(selected.published),
        title=shape.title,
        lead=shape.lead,
        body_digest=digest,
        versions=(),
    )


def together(texts: Iterable[Page]) -> list[Page]:
    """Answer the language versions of one page, each knowing the others."""
    texts = list(texts)
    return [replace(text, versions=attachments.versions(texts, text.language)) for text in texts]
