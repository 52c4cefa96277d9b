"""The front page of the press room, in each language."""

from plugins.newsroom import Newsroom, Output
from plugins.pages.lists import PART, Entry
from plugins.pages.subjects import Subjects
from plugins.pages.theme import Theme


def output(newsroom: Newsroom, subjects: Subjects, theme: Theme, language: str) -> Output:
    """Answer the page with the newest releases, the press contact, and the ways to follow and to look further."""
    entries = [Entry.of(release, language) for release in newsroom.listed(language)[:PART]]
    return theme.page(
        "front.html",
        language,
        theme.everywhere(newsroom.addresses.home),
        (subjects.input_of("keyword"), *(entry.input for entry in entries)),
        entries=entries,
        keywords=subjects.of_kind("keyword"),
    )
