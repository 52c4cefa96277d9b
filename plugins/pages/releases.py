"""The release page: the text itself, and all that a newsroom needs with it."""

from collections.abc import Iterator

from plugins.newsroom import Image, Input, Newsroom, Noun, Output, Release, fingerprint
from plugins.pages.assignments import Decision
from plugins.pages.lists import Entry
from plugins.pages.theme import Theme

EARLIER = 5
"""How many of the releases published before it a release page shows; those after it are fetched by a script."""


def outputs(newsroom: Newsroom, theme: Theme, language: str) -> Iterator[Output]:
    """Answer the page of each release that is written in the language."""
    listed = newsroom.listed(language)
    entries = [Entry.of(release, language) for release in listed]
    decisions = {assignment.id: Decision.of(assignment) for assignment in newsroom.listed_assignments(language)}
    for place, release in enumerate(listed):
        if release.language == language:
            yield _page(release, entries[place + 1 : place + 1 + EARLIER], decisions, newsroom, theme)


def _page(
    release: Release, earlier: list[Entry], decisions: dict[str, Decision], newsroom: Newsroom, theme: Theme
) -> Output:
    answers = [decisions[id] for id in release.responds_to if id in decisions]
    replacement = _replacement(release, newsroom)
    picture = _picture(release, newsroom)
    nouns: list[Noun] = [release, *earlier, *answers]
    return theme.page(
        "release.html",
        release.language,
        {release.language: release.address, **{v.language: v.address for v in release.versions}},
        (*(noun.input for noun in nouns), Input("named by the release", fingerprint(repr((replacement, picture))))),
        section="releases",
        release=release,
        earlier=earlier,
        answers=answers,
        replacement=replacement,
        picture=picture,
    )


def _replacement(release: Release, newsroom: Newsroom) -> Entry | None:
    """Answer the release that replaces a withdrawn one, if the public may know of it."""
    by = release.withdrawn.by if release.withdrawn else None
    found = (other for other in newsroom.listed(release.language) if other.id == by)
    return next((Entry.of(other, release.language) for other in found), None) if by else None


def _picture(release: Release, newsroom: Newsroom) -> Image | None:
    """Answer the picture that goes with a shared link: the release's first, or else the first of the press material."""
    pictures = () if release.withdrawn else release.images
    return next(iter((*pictures, *newsroom.press_material(release.language).images)), None)
