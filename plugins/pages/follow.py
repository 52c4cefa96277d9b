"""The page that explains how to follow the press room: by e-mail and by feeds."""


from plugins.newsroom import Input, Newsroom, Output, fingerprint
from plugins.pages.subjects import KINDS, Subjects
from plugins.pages.theme import Theme


def output(newsroom: Newsroom, subjects: Subjects, theme: Theme, language: str) -> Output:
    """Answer the page with the subscription form and every feed in the language."""
    feeds = {kind: [subject for subject in subjects.of_kind(kind) if subject.has_feed] for kind in KINDS}
    return theme.page(
        "follow.html",
        language,
        theme.section("follow"),
        (Input("feeds", fingerprint(repr(feeds))),),
        section="follow",
        feeds=feeds,
    )
