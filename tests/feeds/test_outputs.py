"""Which files there are, what they are made from, and what that promises."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins import feeds
from plugins.edition.stage import gathering
from plugins.feeds.outputs import outputs
from plugins.newsroom import Link, Localized, Output, Site, opened
from tests.feeds.built import built, many
from tests.nouns import (
    NOW,
    StoredBodies,
    a_correction,
    a_document,
    a_keyword,
    a_newsroom,
    a_release,
    a_stage,
    a_withdrawal,
    an_assignment,
    an_audience,
    an_image,
    with_translation,
)


def made(newsroom, bodies: StoredBodies | None = None) -> dict[str, Output]:
    return {output.path: output for output in opened(outputs(a_stage(newsroom, bodies)))}


def test_the_list_of_files():
    original, translation = with_translation(a_release(keywords=(a_keyword(),), audiences=(an_audience(),)))
    newsroom = a_newsroom(releases=[original, translation], assignments=[an_assignment()])
    folders = ["", "nyckelord/vatten/", "typ/pressmeddelande/", "malgrupp/media/"]
    folders += ["en/", "en/keywords/vatten/", "en/types/pressmeddelande/", "en/audiences/media/", "regeringsuppdrag/"]
    calendars = ["regeringsuppdrag/tidsfrister.ics", "en/assignments/deadlines.ics"]
    wanted = [f"{folder}feed.{ending}" for folder in folders for ending in ("rss", "atom", "json")]
    assert sorted(made(newsroom)) == sorted(wanted + calendars)


def test_unused_topics_show_nowhere():
    newsroom = a_newsroom(releases=[a_release(keywords=(a_keyword("luft"),))])
    for path, data in built(newsroom).items():
        assert "vatten" not in path
        assert b"vatten" not in data.lower()


def test_the_room_is_asked_once_it_is_registered():
    before = dict(gathering.receivers)
    feeds.register()
    try:
        assert "feed.rss" in {output.path for output in opened(a_stage(a_newsroom()).items())}
    finally:
        gathering.receivers.clear()
        gathering.receivers.update(before)


def test_nothing_is_rendered_before_it_is_asked_for():
    class Untouched(StoredBodies):
        def html(self, text):
            raise AssertionError("a body was read")

    assert made(a_newsroom(releases=many(50)), Untouched())


def test_nobody_asks_the_clock(full):
    later = replace(full, now=datetime(2055, 1, 1, tzinfo=UTC))
    assert built(later) == built(full)


@given(count=st.integers(35, 62), newer=st.integers(0, 25))
@settings(max_examples=10, deadline=None)
def test_archive_files_never_change_when_newer_releases_come(count, newer):
    releases = many(count + newer)
    before, after = (
        {path: data for path, data in built(a_newsroom(releases=some)).items() if "/" not in path and "-" in path}
        for some in (releases[:count], releases)
    )
    assert {path: after.get(path) for path in before} == before


@pytest.mark.parametrize("ending", ["rss", "atom", "json"])
def test_every_release_is_reached_from_the_front(ending):
    """RFC 5005, section 4.2; JSON Feed 1.1, `next_url`."""
    files = built(a_newsroom(releases=many(83)))
    path, seen = f"feed.{ending}", ""
    while path:
        data = files.pop(path).decode()
        seen += data
        older = [other for other in files if f"https://press.example.se/{other}" in data and other != f"feed.{ending}"]
        path = next((other for other in older if "/" not in other and other.endswith(ending)), "")
    assert [number for number in range(83) if f"nummer-{number}/" not in seen] == []


def test_a_newer_release_touches_only_the_fronts_that_hold_it():
    releases = many(45, keywords=(a_keyword("luft"),))
    newer = a_release(id="nyastnya", slug="nyast", keywords=(a_keyword(),))
    before, after = (made(a_newsroom(releases=some)) for some in (releases, [*releases, newer]))
    touched = {path for path, output in after.items() if path not in before or before[path].inputs != output.inputs}
    folders = ("", "nyckelord/vatten/", "typ/pressmeddelande/")
    assert touched == {f"{folder}feed.{ending}" for folder in folders for ending in ("rss", "atom", "json")}


def test_inputs_name_what_is_read():
    named = {entry.name for entry in made(a_newsroom(releases=[a_release()]))["feed.rss"].inputs}
    assert {"newsroom.yaml", "site", "addresses", "words:feeds/sv", a_release().source} <= named


RELEASE_CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["A", "B"]),
        "lead": st.sampled_from(["A", "B"]),
        "urgent": st.booleans(),
        "responds_to": st.sampled_from([(), ("u1u1u1u1",)]),
        "case_number": st.sampled_from([None, "1"]),
        "keywords": st.sampled_from([(), (a_keyword(),), (a_keyword(), a_keyword("luft"))]),
        "audiences": st.sampled_from([(), (an_audience(),)]),
        "images": st.sampled_from([(), (an_image(),), (an_image(alt="Annat"),)]),
        "documents": st.sampled_from([(), (a_document(),)]),
        "links": st.sampled_from([(), (Link(text="A", url="https://www.example.org"),)]),
        "corrections": st.sampled_from([(), (a_correction(),), (a_correction("typo"),)]),
        "withdrawn": st.sampled_from([None, a_withdrawal(), a_withdrawal("replaced", by="n0000001")]),
    },
)
NEWSROOM_CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "site": st.sampled_from([Site("https://press.example.se"), Site("https://www.example.se/press")]),
        "demonstration": st.booleans(),
        "assignments": st.sampled_from([(), (an_assignment(),), (an_assignment(title="B"),)]),
        "now": st.just(NOW.replace(year=2050)),
        "boilerplate": st.sampled_from([Localized.of({"sv": "A"}), Localized.of({"sv": "B"})]),
    },
)


@st.composite
def newsrooms(draw):
    """A press room around the size at which an archive begins; any release may be missing or changed."""
    releases = many(draw(st.sampled_from([2, 41, 61])))
    for index in draw(st.sets(st.sampled_from([0, 1, len(releases) - 1]))):
        releases[index] = replace(releases[index], **draw(RELEASE_CHANGES))
    del releases[: draw(st.integers(0, 1))]
    return a_newsroom(releases=releases, **draw(NEWSROOM_CHANGES))


@given(one=newsrooms(), other=newsrooms())
@settings(max_examples=40, deadline=None)
def test_equal_inputs_promise_equal_bytes(one, other):
    first, second = made(one), made(other)
    for path in first.keys() & second.keys():
        if set(first[path].inputs) == set(second[path].inputs):
            assert first[path].render() == second[path].render()


def test_how_long_the_archive_is_is_an_input():
    releases = many(60)
    first, second = (made(a_newsroom(releases=some))["feed.rss"] for some in (releases[20:], releases))
    assert first.render() != second.render(), "they hold the same releases, but link to different archive parts"
    assert set(first.inputs) != set(second.inputs)


def test_what_replaces_a_release_is_an_input_wherever_it_stands():
    gone = a_release(id="goneaway", slug="borta", keywords=(a_keyword(),), withdrawn=a_withdrawal("replaced", by="ny"))
    path = "nyckelord/vatten/feed.rss"
    first, second, third = (
        made(a_newsroom(releases=[gone, *new]))[path]
        for new in ([], [a_release(id="ny", title="A")], [a_release(id="ny", title="B")])
    )
    assert len({output.render() for output in (first, second, third)}) == 3
    assert len({output.inputs for output in (first, second, third)}) == 3
