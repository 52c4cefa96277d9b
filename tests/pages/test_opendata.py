import json
from datetime import timedelta
from typing import Any

from plugins.newsroom import Newsroom, Site, opened
from plugins.newsroom.record import release_json_output
from plugins.pages import opendata
from plugins.pages.opendata import newest
from tests.nouns import (
    PUBLISHED,
    a_newsroom,
    a_release,
    a_stage,
    a_withdrawal,
    an_assignment,
    with_translation,
)


def written(newsroom: Newsroom) -> dict[str, Any]:
    stage = a_stage(newsroom)
    records = [release_json_output(release, newsroom, stage.bodies) for release in newsroom.releases]
    made = [*opened(opendata.outputs(stage)), *records]
    return {output.path: json.loads(output.render()) for output in made}


def test_what_is_written() -> None:
    releases = [*with_translation(a_release()), a_release(id="aaaaaaaa", year=2030, slug="forr")]
    files = written(a_newsroom(releases=releases, assignments=[an_assignment(year=2029)]))
    assert set(files) == {
        "pressmeddelanden/2031/ett-exempel/release.json",
        "en/releases/2031/ett-exempel/release.json",
        "pressmeddelanden/2030/forr/release.json",
        "senaste.json",
        "en/senaste.json",
        "public/2029.json",
        "public/2030.json",
        "public/2031.json",
    }
    assert files["en/releases/2031/ett-exempel/release.json"]["language"] == "en"
    assert set(files["public/2030.json"]["releases"]) == {"aaaaaaaa"}


def test_an_empty_press_room_has_no_newest_releases() -> None:
    assert written(a_newsroom()) == {"senaste.json": [], "en/senaste.json": []}


def test_the_newest_come_first_and_each_once_in_the_readers_language() -> None:
    older = a_release(id="aaaaaaaa", slug="forr", published=PUBLISHED - timedelta(days=1), title="Förr")
    newsroom = a_newsroom(releases=[older, *with_translation(a_release())], site=Site("https://example.se/press"))

    assert newest(newsroom, "en") == [
        {
            "title": "An example of a press release",
            "lead": newsroom.listed("en")[0].lead,
            "address": "/press/en/releases/2031/ett-exempel/",
            "published": "2031-05-04T10:00:00+02:00",
            "day": "4 May 2031",
            "type": "Press release",
            "language": "en",
            "language_name": "English",
        },
        {
            "title": "Förr",
            "lead": older.lead,
            "address": "/press/pressmeddelanden/2031/forr/",
            "published": "2031-05-03T10:00:00+02:00",
            "day": "3 May 2031",
            "type": "Press release",
            "language": "sv",
            "language_name": "Swedish",
        },
    ]


def test_nobody_is_led_to_a_withdrawn_release() -> None:
    assert newest(a_newsroom(releases=[a_release(withdrawn=a_withdrawal())]), "sv") == []


def test_there_are_at_most_ten() -> None:
    releases = [a_release(id=f"{n:08}", slug=f"nr-{n}", published=PUBLISHED + timedelta(hours=n)) for n in range(12)]
    slugs = [each["address"].split("/")[-2] for each in newest(a_newsroom(releases=releases), "sv")]
    assert slugs == [f"nr-{n}" for n in range(11, 1, -1)]


def test_a_new_release_leaves_older_years_alone() -> None:
    old = a_release(id="aaaaaaaa", year=2030, slug="forr", published=PUBLISHED - timedelta(days=400))

    def inputs(*releases: Any) -> dict[str, Any]:
        newsroom = a_newsroom(releases=[old, *releases])
        return {output.path: output.inputs for output in opened(opendata.outputs(a_stage(newsroom)))}

    before, after = inputs(), inputs(a_release())
    changed = {path for path in after if before.get(path) != after[path]}
    assert changed == {
        "senaste.json",
        "en/senaste.json",
        "public/2031.json",
    }
