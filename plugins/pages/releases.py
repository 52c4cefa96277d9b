"""The release page: the text itself, and all that a newsroom needs with it."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from plugins.edition.stage import Stage
from plugins.newsroom import Bundle, Image, Newsroom, Noun, Output, Release
from plugins.newsroom.record import release_json_output
from plugins.pages import plaintext
from plugins.pages.assignments import Decision
from plugins.pages.lists import Entries, Entry
from plugins.pages.theme import Theme

EARLIER = 5
"""How many of the releases published before it a release page shows; those after it are fetched by a script."""


def outputs(stage: Stage, entries: Entries, theme: Theme, language: str) -> Iterator[Bundle]:
    """Answer what lies at the address of each release that is written in the language, month by month."""
    newsroom = stage.newsroom
    listed = newsroom.listed(language)
    for (year, month), places in _months(listed).items():
        read = listed[places[0] : places[-1] + 1 + EARLIER]
        read = (*read, *newsroom.replacing(read))
        made = partial(_of_month, places, entries, stage, theme, language)
        yield stage.bundle(f"releases of {year}-{month:02} in {language}", read, made)


def _months(listed: Sequence[Release]) -> dict[tuple[int, int], list[int]]:
    """Answer the places in the list that each month's releases have."""
    places: dict[tuple[int, int], list[int]] = {}
    for place, release in enumerate(listed):
        places.setdefault((release.published.year, release.published.month), []).append(place)
    return places


def _of_month(
    places: Iterable[int], entries: Entries, stage: Stage, theme: Theme, language: str
) -> Iterator[Bundle]:
    newsroom = stage.newsroom
    listed = newsroom.listed(language)
    decisions = {assignment.id: Decision.of(assignment) for assignment in newsroom.listed_assignments(language)}
    for place in (place for place in places if listed[place].language == language):
        release, earlier = listed[place], listed[place + 1 : place + 1 + EARLIER]
        read = (release, *earlier, *newsroom.replacing((release,)))
        made = partial(_of_release, release, earlier, entries, decisions, stage, theme)
        yield stage.bundle(release.source, read, made)


def _of_release(
    release: Release,
    earlier: Iterable[Release],
    entries: Entries,
    decisions: dict[str, Decision],
    stage: Stage,
    theme: Theme,
) -> Iterator[Output]:
    yield _page(release, [entries.of(other) for other in earlier], decisions, stage.newsroom, theme)
    yield plaintext.output(release, stage, theme.words(release.language))
    yield release_json_output(release, stage.newsroom, stage.bodies)


def _page(
    release: Release, earlier: list[Entry], decisions: dict[str, Decision], newsroom: Newsroom, theme: Theme
) -> Output:
    answers = [decisions[id] for id in release.responds_to if id in decisions]
    replacement = _replacement(release, newsroom)
    picture = _picture(release, newsroom)
    nouns: list[Noun] = [release, *earlier, *answers, *(noun for noun in (replacement, picture) if noun)]
    return theme.page(
        "release.html",
        release.language,
        {release.language: release.address, **{v.language: v.address for v in release.versions}},
        tuple(noun.input for noun in nouns),
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
