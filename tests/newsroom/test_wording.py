"""What differs between two wordings, in words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.newsroom import Rewording
from plugins.newsroom.wording import Piece, pieces


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Vi har 300 fall.", "Vi har 200 fall.", ["Vi har ", ("300", "200"), " fall."]),
        ("kl. 10.30 i dag", "kl. 10.45 i dag", ["kl. ", ("10.30", "10.45"), " i dag"]),
        ("två nya fall", "tre gamla fall", [("två nya", "tre gamla"), " fall"]),
        ("ett två", "ett", ["ett", (" två", "")]),
        ("", "nytt", [("", "nytt")]),
        ("borta", "", [("borta", "")]),
        ("lika", "lika", ["lika"]),
    ],
)
def test_pieces(before, after, expected):
    found = pieces(Rewording(before=before, after=after))
    assert [piece.gone if piece.gone == piece.new else tuple(piece) for piece in found] == expected


@given(st.text(" ab1.,-å"), st.text(" ab1.,-å"))
def test_the_pieces_are_the_whole_of_both(before, after):
    found = list(pieces(Rewording(before=before, after=after)))
    assert ("".join(piece.gone for piece in found), "".join(piece.new for piece in found)) == (before, after)


def test_very_long_passages_are_not_compared():
    before, after = "a b " * 50_000, "b a " * 50_000
    begun = time.monotonic()
    assert list(pieces(Rewording(before=before, after=after))) == [Piece(before, after)]
    assert time.monotonic() - begun < 5
