"""The page that explains how to follow the press room: by e-mail and by feeds."""

from plugins.newsroom import Input, Newsroom, Output, fingerprint
from plugins.pages.assignments import Feed
from plugins.pages.subjects import KINDS, Kind, Subjects
from plugins.pages.theme import Theme

ORDER: tuple[Kind, ...] = ("type", "audience", "keyword")
"""The few first: who follows a type or an audience need not read all keywords."""


def output(newsroom: Newsroom, subjects: Subjects, theme: Theme, language: str) -> Output:
    """Answer the page with the subscription form and every feed in the language."""
    offered = [(kind, [(f"{kind}:{each.slug}", each.label) for each in subjects.of_kind(kind)]) for kind in ORDER]
    feeds = {kind: [subject for subject in subjects.of_kind(kind) if subject.has_feed] for kind in KINDS}
    assignments = Feed.of(newsroom, theme, language)
    return theme.page(
        "follow.html",
        language,
        theme.section("follow"),
        (Input("feed", fingerprint(repr(assignments))), *(subjects.input_of(kind) for kind in KINDS)),
        section="follow",
        feeds=feeds,
        assignments=assignments,
        topics=offered,
    )
