"""Which releases a feed holds, and how it is cut into a front and an archive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.feeds.channel import PART, Channel, Part, channels
from plugins.newsroom import Localized
from tests.feeds.built import many
from tests.nouns import (
    a_correction,
    a_keyword,
    a_newsroom,
    a_release,
    a_type,
    a_withdrawal,
    an_audience,
    an_import,
    with_translation,
)


def by_address(newsroom, language="sv") -> dict[str, Channel]:
    return {channel.address: channel for channel in channels(newsroom, language)}


def home(releases) -> Channel:
    return by_address(a_newsroom(releases=releases))[""]


def parts_of(channel: Channel) -> list[Part]:
    """The front, and then the archive, newest first."""
    return [channel.part(None), *(channel.part(number) for number in range(channel.archived, 0, -1))]


def test_there_is_a_feed_for_the_press_room_and_each_topic_that_is_used():
    release = a_release(keywords=(a_keyword(),), audiences=(an_audience(),))
    newsroom = a_newsroom(releases=[release])
    assert list(by_address(newsroom)) == ["", "nyckelord/vatten/", "typ/pressmeddelande/", "malgrupp/media/"]
    assert list(by_address(newsroom, "en")) == ["en/"], "nothing is written in English: only its home has a feed"


def test_a_feed_holds_what_is_written_in_its_language():
    original, translation = with_translation(a_release(keywords=(a_keyword(),)))
    newsroom = a_newsroom(releases=[original, translation, a_release(id="baraensk", slug="b")])
    english = by_address(newsroom, "en")
    assert english["en/"].items == (translation,)
    assert english["en/keywords/vatten/"].items == (translation,)
    assert translation not in by_address(newsroom)[""].items


def test_titles_are_in_the_feeds_language():
    original, translation = with_translation(a_release(keywords=(a_keyword(),)))
    newsroom = a_newsroom(releases=[original, translation])
    assert by_address(newsroom)[""].title == "Exempelmyndigheten – pressrum"
    assert by_address(newsroom, "en")["en/"].title == "The Example Agency – press room"
    assert by_address(newsroom)["nyckelord/vatten/"].title == "Exempelmyndigheten – Vatten"
    assert by_address(newsroom)["typ/pressmeddelande/"].title == "Exempelmyndigheten – Pressmeddelanden"
    assert "nyckelordet ”Vatten”" in by_address(newsroom)["nyckelord/vatten/"].description


def test_a_demonstration_says_so():
    said = [by_address(a_newsroom(demonstration=value))[""].description for value in (True, False)]
    assert ["inofficiell" in description for description in said] == [True, False]


def test_ids_of_feeds_are_made_of_what_never_changes():
    before = a_newsroom(releases=[a_release(keywords=(a_keyword(),))])
    renamed = a_keyword(label=Localized.of({"sv": "Sjöar"}))
    after = a_newsroom(keywords=(renamed,), releases=[a_release(keywords=(renamed,))])
    ids = [by_address(newsroom)["nyckelord/vatten/"].id for newsroom in (before, after)]
    assert ids == ["tag:example.se,2031:feed/sv/keyword/vatten"] * 2


def test_all_ids_of_feeds_are_different(full):
    ids = [channel.id for language in full.languages for channel in channels(full, language)]
    assert len(ids) == len(set(ids)) > 6


@pytest.mark.parametrize(
    ("authority", "day"),
    [("example.se,2031", (2031, 1, 1)), ("example.se,2031-05", (2031, 5, 1)), ("example.se,2031-05-04", (2031, 5, 4))],
)
def test_an_empty_feed_is_as_old_as_the_publishers_tags(authority, day):
    newsroom = a_newsroom(publisher=replace(a_newsroom().publisher, tag_authority=authority))
    (front,) = parts_of(by_address(newsroom)[""])
    assert front.items == ()
    assert front.updated == datetime(*day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "front", "archive"), [(0, 0, 0), (39, 39, 0), (40, 20, 1), (59, 39, 1), (60, 20, 2), (65, 25, 2)]
)
def test_the_front_holds_twenty_to_thirty_nine(count, front, archive):
    parts = parts_of(home(many(count)))
    assert len(parts[0].items) == front
    assert [len(part.items) for part in parts[1:]] == [PART] * archive
    assert [part.number for part in parts] == [None, *range(archive, 0, -1)]


def test_each_part_knows_the_older_one():
    front, second, first = parts_of(home(many(65)))
    assert front.older_url("atom") == second.url("atom") == "https://press.example.se/feed-2.atom"
    assert second.older_url("atom") == first.url("atom")
    assert first.older_url("atom") is None
    assert {part.current_url("atom") for part in (front, second, first)} == {front.url("atom")}


@given(count=st.integers(0, 90), newer=st.integers(0, 45))
@settings(max_examples=25, deadline=None)
def test_newer_releases_never_change_an_archive_part(count, newer):
    releases = many(count + newer)
    before = {part.number: (part.items, part.older) for part in parts_of(home(releases[:count])) if part.number}
    after = {part.number: (part.items, part.older) for part in parts_of(home(releases)) if part.number}
    assert after == {**after, **before}


@given(count=st.integers(0, 130))
@settings(max_examples=25, deadline=None)
def test_every_release_stands_in_one_part(count):
    releases = many(count)
    held = [release.id for part in parts_of(home(releases)) for release in part.items]
    assert held == [release.id for release in reversed(releases)]


@given(revised=st.lists(st.integers(0, 89), unique=True, max_size=40))
@settings(max_examples=25, deadline=None)
def test_the_front_holds_the_latest_revisions_however_old_the_release(revised):
    releases = many(90)
    for order, index in enumerate(revised):
        at = datetime(2031, 1, 1, tzinfo=UTC) + timedelta(days=order)
        change = {"corrections": (a_correction(at=at),)} if order % 2 else {"withdrawn": a_withdrawal(at=at)}
        releases[index] = many(90, **change)[index]
    front, *_ = parts_of(home(releases))
    latest = {releases[index].id for index in revised[-20:]}
    newest = {release.id for release in releases[-30:]}
    assert {release.id for release in front.items} == newest | latest
    times = [release.published for release in front.items]
    assert times == sorted(times, reverse=True)


def test_a_typo_does_not_reach_the_front():
    releases = many(60)
    releases[0] = many(60, corrections=(a_correction("typo"),))[0]
    front, *_ = parts_of(home(releases))
    assert releases[0] not in front.items


def test_updated_is_the_latest_revision():
    releases = many(3)
    corrected = a_release(id="rattadxx", slug="r", corrections=(a_correction(after=timedelta(days=9)),))
    (front,) = parts_of(home([*releases, corrected]))
    assert front.updated == corrected.updated


def test_types_share_nothing_with_keywords_of_the_same_slug():
    kind = a_type("vatten")
    newsroom = a_newsroom(types=(a_type(), kind), releases=[a_release(type=kind)])
    assert "nyckelord/vatten/" not in by_address(newsroom)
    assert "typ/vatten/" in by_address(newsroom)


def taken_over(number: int, **changes):
    """A release of long ago that was taken over after the newest of `many` releases."""
    published = datetime(2011, 1, 1, number, tzinfo=UTC)
    return a_release(
        id=f"{number:08}", slug=f"gammalt-{number}", published=published, keywords=(a_keyword(),),
        imported=an_import(after=timedelta(days=300)), **changes,
    )  # fmt: skip


def test_a_release_that_was_taken_over_is_in_no_feed():
    new = many(45)
    before, after = home(new), home([*new, *(taken_over(number) for number in range(9))])
    assert [part.items for part in parts_of(after)] == [part.items for part in parts_of(before)]


def test_the_topics_of_releases_that_were_taken_over_have_feeds_though_nothing_is_in_them():
    keyword = by_address(a_newsroom(releases=[taken_over(1)]))["nyckelord/vatten/"]
    assert [part.items for part in parts_of(keyword)] == [()]


def test_what_is_told_of_it_later_is_an_item_like_a_new_one_and_moves_nothing_in_the_archive():
    new = many(45)
    corrected = taken_over(1, corrections=(a_correction(after=timedelta(days=301)),))
    before, after = parts_of(home(new)), parts_of(home([*new, taken_over(2), corrected]))
    assert after[0].items[0] == corrected
    assert after[0].items[1:] == before[0].items
    assert [part.items for part in after[1:]] == [part.items for part in before[1:]]


def test_only_the_feed_of_all_releases_has_an_archive():
    """Every older release is found there once; a subject's are on its page, and eight archives would hold the same."""
    newsroom = a_newsroom(releases=many(65, keywords=(a_keyword(),)), keywords=(a_keyword(),))
    parts = {channel.address: parts_of(channel) for channel in channels(newsroom, "sv")}
    assert len(parts[""]) == 3
    for address in ("nyckelord/vatten/", "typ/pressmeddelande/"):
        (front,) = parts[address]
        assert (len(front.items), front.older) == (25, None)
