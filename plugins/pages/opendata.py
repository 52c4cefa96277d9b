"""What machines read about releases: each release's own record, the newest, and what was ever public."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

from plugins.edition.stage import Stage
from plugins.newsroom import Bundle, Input, Newsroom, Output, dates, fingerprint
from plugins.newsroom.public import public_year
from plugins.newsroom.record import json_bytes

NEWEST = 10


def outputs(stage: Stage) -> Iterator[Output | Bundle]:
    newsroom = stage.newsroom
    for language in newsroom.languages:
        yield _json(f"{newsroom.addresses.home(language)}senaste.json", newest(newsroom, language))
    for year in sorted(newsroom.by_year.keys() | {assignment.year for assignment in newsroom.assignments}):
        releases = newsroom.by_year.get(year, ())
        yield stage.bundle(f"what was public of {year}", releases, partial(_of_year, newsroom, year))


def _of_year(newsroom: Newsroom, year: int) -> Iterator[Output]:
    texts = (*newsroom.by_year.get(year, ()), *(each for each in newsroom.assignments if each.year == year))
    yield Output(
        path=f"public/{year}.json",
        inputs=(Input(f"texts of {year}", fingerprint("".join([text.input.fingerprint for text in texts]))),),
        render=lambda: json_bytes(public_year(newsroom, year)),
    )


def newest(newsroom: Newsroom, language: str) -> list[dict[str, str]]:
    """Answer the newest releases for the small script, newest first, with words in `language` around them.

    Addresses are links from the root of the host. Withdrawn releases are left out: nobody is led to them.
    """
    shown = (release for release in newsroom.listed(language) if not release.withdrawn)
    return [
        {
            "title": release.title,
            "lead": release.lead,
            "address": newsroom.site.href(release.address),
            "published": newsroom.local(release.published).isoformat(),
            "day": dates.day(newsroom.local(release.published), language),
            "type": release.type.label[language],
            "language": release.language,
            "language_name": dates.language_name(release.language, language),
        }
        for release in islice(shown, NEWEST)
    ]


def _json(path: str, data: object) -> Output:
    """An output that reads nothing but the data: gathered now (it is small), written when asked for."""
    return Output(path=path, inputs=(Input(path, fingerprint(repr(data))),), render=partial(json_bytes, data))
