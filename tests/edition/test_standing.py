"""How an edition stands: what is asked of every bundle is told without opening it."""

import os
from array import array

from hypothesis import given
from hypothesis import strategies as st

from plugins.edition.standing import Kept, Made, Sealed, Standing

DIGESTS = [digit * 64 for digit in "def"]
WITHIN = Kept("g", {"x": Made(b"n" * 8, DIGESTS[1], 3, 4)}, {})
BUNDLE = Kept("f", {"y": Made(b"o" * 8, DIGESTS[2], 5, 6)}, {"b": WITHIN})
MADE = Standing({"index.html": Made(b"m" * 8, DIGESTS[0], 1, 2)}, {"a": Sealed.of(BUNDLE)})


def test_every_file_of_an_edition_is_told_bundles_included():
    assert list(MADE.paths()) == ["index.html", "y", "x"]
    assert "\0".join(MADE.listings()).split("\0") == list(MADE.paths())
    assert MADE.total == 3
    assert dict(MADE.made()) == {"index.html": DIGESTS[0], "y": DIGESTS[2], "x": DIGESTS[1]}


def test_a_sealed_bundle_tells_how_its_files_were_left_and_can_be_opened():
    sealed = MADE.bundles["a"]
    assert (sealed.fingerprint, sealed.paths(), list(array("q", sealed.stamps))) == ("f", ["y", "x"], [5, 6, 3, 4])
    assert list(sealed.made()) == [("y", DIGESTS[2]), ("x", DIGESTS[1])]
    assert sealed.opened() == BUNDLE


keys = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=3)
made = st.builds(Made, st.binary(max_size=16), st.sampled_from(DIGESTS), st.integers(0, 2**40), st.integers(0, 2**62))
kept = st.recursive(
    st.builds(Kept, st.text("abc"), st.dictionaries(keys, made, max_size=3), st.just({})),
    lambda within: st.builds(
        Kept, st.text("abc"), st.dictionaries(keys, made, max_size=3), st.dictionaries(keys, within, max_size=3)
    ),
)


@given(kept)
def test_whatever_is_sealed_is_the_same_when_it_is_opened(bundle):
    sealed = Sealed.of(bundle)
    assert sealed.opened() == bundle
    assert sealed.total == len(sealed.paths()) == len(list(bundle.files()))


def test_a_file_that_two_bundles_have_is_told_of_twice():
    assert Sealed.of(Kept("f", WITHIN.outputs, {"b": WITHIN})).paths() == ["x", "x"]


def test_a_bundle_is_left_if_every_file_has_its_size_and_time(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/bundled").write_bytes(b"text")
    found = (tmp_path / "folder/bundled").stat()
    sealed = Sealed.of(Kept("f", {"folder/bundled": Made(b"", DIGESTS[0], 4, found.st_mtime_ns)}, {}))
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        assert sealed.is_left(folder)
        os.utime(tmp_path / "folder/bundled", ns=(found.st_atime_ns, found.st_mtime_ns + 1))
        assert not sealed.is_left(folder)
        (tmp_path / "folder/bundled").write_bytes(b"longer")
        os.utime(tmp_path / "folder/bundled", ns=(found.st_atime_ns, found.st_mtime_ns))
        assert not sealed.is_left(folder)
        (tmp_path / "folder/bundled").unlink()
        assert not sealed.is_left(folder)
    finally:
        os.close(folder)
