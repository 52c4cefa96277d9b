"""Nouns that were put away: nobody can tell them from those that never were."""

from dataclasses import replace

import pytest

from plugins.newsroom import Release
from plugins.newsroom.folding import Folded, folded, unfolded
from plugins.newsroom.keeping import NotKept, packed, unpacked
from tests.nouns import a_correction, a_document, a_release, an_image, with_translation

RELEASES = [
    a_release(id="aaaa1111", images=(an_image(),), documents=(a_document(),), corrections=(a_correction(),)),
    *with_translation(a_release(id="bbbb2222")),
]


@pytest.fixture
def put_away():
    return unpacked("m", packed("m", folded(Release, RELEASES, ("id", "language", "published")), (Folded,)), (Folded,))


def test_what_is_unfolded_is_what_was_folded(put_away):
    again = unfolded(put_away)
    assert [repr(release) for release in again] == [repr(release) for release in RELEASES]
    assert again == RELEASES and [type(release) for release in again] == [Release] * 3


@pytest.mark.parametrize("ask", [repr, hash, lambda release: release.title, lambda release: release == RELEASES[1]])
def test_whatever_is_asked_first_is_answered_whole(ask, put_away):
    again = unfolded(put_away)
    assert ask(again[1]) == ask(RELEASES[1])
    assert [release.lead for release in again] == [release.lead for release in RELEASES]


def test_two_that_were_unfolded_apart_are_equal(put_away):
    assert unfolded(put_away) == unfolded(put_away)
    assert {unfolded(put_away)[0]} == {RELEASES[0]}
    for known, again in zip(RELEASES, unfolded(put_away), strict=True):
        assert known == again


def test_what_is_at_hand_needs_no_unpacking(put_away):
    nothing_else = put_away._replace(rest=b"")
    for release, known in zip(unfolded(nothing_else), RELEASES, strict=True):
        assert (release.id, release.published, release.input) == (known.id, known.published, known.input)
        assert isinstance(release, Release)
    with pytest.raises(NotKept):
        _ = unfolded(nothing_else)[0].title


def test_what_no_such_noun_has_is_missing_all_the_same(put_away):
    assert not hasattr(unfolded(put_away)[0], "colour")


def test_a_copy_can_be_made_and_put_away_again(put_away):
    again = unfolded(put_away)
    changed = replace(again[0], title="Another")
    assert changed == replace(RELEASES[0], title="Another") and type(changed) is Release
    assert folded(Release, unfolded(put_away), put_away.at_hand) == put_away


def test_what_is_shared_comes_out_as_the_very_noun():
    one = a_release()
    releases, shared = [one, replace(one, id="bbbb2222")], [one.type, *one.contacts]
    put_away = folded(Release, releases, ("keywords", "type"), shared)
    kept = packed("m", put_away, (Folded,), shared)
    assert b"Press release" not in kept + put_away.rest
    again = unfolded(unpacked("m", kept, (Folded,), shared), shared)
    assert again == releases
    assert again[0].type is one.type and again[1].contacts[0] is one.contacts[0]


def test_none_can_be_put_away():
    assert unfolded(folded(Release, [], ("id",))) == []
