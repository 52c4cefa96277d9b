import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from plugins.newsroom import Newsroom, Release, State, opened
from plugins.newsroom.record import release_json
from plugins.subscriptions import notices
from plugins.subscriptions.notices import NEWEST
from tests.nouns import (
    PUBLISHED,
    StoredBodies,
    a_correction,
    a_keyword,
    a_newsroom,
    a_release,
    a_stage,
    a_withdrawal,
    an_audience,
    an_import,
    with_translation,
)


def written(newsroom: Newsroom) -> dict[str, Any]:
    (output,) = opened(notices.outputs(a_stage(newsroom)))
    assert output.path == "notices.json"
    read = json.loads(output.render())
    assert isinstance(read, dict)
    return read


def told(*releases: Release) -> list[tuple[str, int, str, str]]:
    found = written(a_newsroom(releases=releases))["notices"]
    return [(each["id"], each["revision"], each["kind"], each["at"]) for each in found]


def test_a_notice_says_what_a_choice_of_readers_needs() -> None:
    release = a_release(urgent=True, keywords=(a_keyword("vatten"), a_keyword("luft")), audiences=(an_audience(),))
    newsroom = a_newsroom(releases=with_translation(release), demonstration=True)
    found = written(newsroom)

    assert {key: found[key] for key in ("format", "site", "demonstration")} == {
        "format": 1,
        "site": "https://press.example.se/",
        "demonstration": True,
    }
    (notice,) = found["notices"]
    languages = notice.pop("languages")
    assert notice == {
        "id": "k7q2m9xd",
        "revision": 1,
        "kind": "release",
        "at": "2031-05-04T10:00:00+02:00",
        "published": "2031-05-04T10:00:00+02:00",
        "urgent": True,
        "topics": {"type": "pressmeddelande", "audiences": ["media"], "keywords": ["luft", "vatten"]},
        "original_language": "sv",
    }
    assert list(languages) == ["sv", "en"]
    assert languages["en"]["title"] == "An example of a press release"
    assert languages["en"]["lead"] == "The lead says what matters most in one sentence."
    assert languages["en"]["address"] == "https://press.example.se/en/releases/2031/ett-exempel/"


def test_the_record_is_named_with_the_hash_of_its_bytes() -> None:
    newsroom = a_newsroom(releases=with_translation(a_release()))
    languages = written(newsroom)["notices"][0]["languages"]
    for release in newsroom.releases:
        data = release_json(release, newsroom, StoredBodies())
        assert languages[release.language]["record"] == {
            "address": f"https://press.example.se/{release.address}release.json",
            "sha256": hashlib.sha256(data).hexdigest(),
        }


def test_each_revision_is_told_newest_first_and_typos_are_silent() -> None:
    release = a_release(
        corrections=(
            a_correction("correction", timedelta(days=3)),
            a_correction("typo", timedelta(days=2)),
            a_correction("clarification", timedelta(days=1)),
        )
    )
    assert told(release) == [
        ("k7q2m9xd", 3, "correction", "2031-05-07T10:00:00+02:00"),
        ("k7q2m9xd", 2, "clarification", "2031-05-05T10:00:00+02:00"),
        ("k7q2m9xd", 1, "release", "2031-05-04T10:00:00+02:00"),
    ]


def test_of_a_withdrawn_release_only_the_withdrawal_is_told() -> None:
    release = a_release(lead="HEMLIG", corrections=(a_correction(),), withdrawn=a_withdrawal())
    assert told(release) == [("k7q2m9xd", 3, "withdrawal", "2031-05-06T10:00:00+02:00")]
    assert "HEMLIG" not in json.dumps(written(a_newsroom(releases=[release])))


def test_the_last_notice_has_the_revision_of_the_release() -> None:
    releases = [a_release(), a_release(corrections=(a_correction(), a_correction("typo")))]
    assert [told(release)[0][1] for release in releases] == [release.revision for release in releases]


def test_equal_times_are_ordered_by_id() -> None:
    assert [id for id, *_ in told(a_release(id="zzzzzzzz", slug="z"), a_release(id="aaaaaaaa", slug="a"))] == [
        "aaaaaaaa",
        "zzzzzzzz",
    ]


@pytest.mark.parametrize("state", [State.DRAFT, State.EMBARGOED])
def test_nothing_that_is_not_public_may_be_sent(state: State) -> None:
    assert told(a_release(state=state)) == []


def test_only_the_newest_are_kept_and_older_releases_are_not_inputs() -> None:
    releases = [
        a_release(id=f"{n:08}", slug=f"nr-{n}", published=PUBLISHED + timedelta(minutes=n)) for n in range(NEWEST + 2)
    ]
    found = told(*releases)
    assert len(found) == NEWEST
    assert found[0][0] == f"{NEWEST + 1:08}"
    assert found[-1][0] == "00000002"
    (output,) = opened(notices.outputs(a_stage(a_newsroom(releases=releases))))
    assert releases[0].input not in output.inputs
    assert releases[2].input in output.inputs


def test_of_a_release_that_was_taken_over_only_what_happened_since_is_told() -> None:
    taken_over = {"imported": an_import(after=timedelta(days=2))}
    before, since = a_correction(after=timedelta(days=1)), a_correction(after=timedelta(days=3))
    assert told(a_release(**taken_over)) == []
    assert told(a_release(corrections=(before, since), **taken_over)) == [
        ("k7q2m9xd", 3, "correction", "2031-05-07T10:00:00+02:00")
    ]
    withdrawn = a_withdrawal(after=timedelta(days=4))
    assert told(a_release(withdrawn=withdrawn, **taken_over)) == [
        ("k7q2m9xd", 2, "withdrawal", "2031-05-08T10:00:00+02:00")
    ]


def test_a_release_that_was_taken_over_under_embargo_is_told_when_it_lifts() -> None:
    assert len(told(a_release(imported=an_import(after=timedelta(days=-2))))) == 1
