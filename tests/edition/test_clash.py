"""Two files that want one place are found, whether a few have come or all are new."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.edition import clash as module
from plugins.edition.clash import clash
from plugins.edition.standing import Kept, Made, Sealed, Standing


def standing(*paths):
    """Answer an edition of these files: each in a bundle of its own, the first by itself."""
    made = Made(b"", "d" * 64, 1, 2)
    bundles = {f"{n}": Sealed.of(Kept("f", {path: made}, {})) for n, path in enumerate(paths[1:])}
    return Standing(dict.fromkeys(paths[:1], made), bundles)


@pytest.mark.parametrize(
    "paths",
    [
        ("a", "a"),
        ("a/Index.html", "a/index.html"),
        ("a/STRASSE", "a/straße"),
        ("a", "a/b"),
        ("A", "a/b/c"),
        ("a/b/c", "a/B/C/d/e"),
    ],
)
def test_the_same_path_but_for_case_or_a_file_for_a_folder_is_a_clash(paths):
    for one, other in (paths, paths[::-1]):
        edition = standing("x/y", one, "b/a", other, "z")
        assert clash([one], edition) and clash([other], edition) and clash(list(edition.paths()), edition)


def test_what_only_begins_alike_is_no_clash():
    paths = ["a.html", "a/b", "a-b", "a/bc", "b/a/b", "a/b.d/e"]
    assert not clash(paths, standing(*paths))
    assert not any(clash([path], standing(*paths)) for path in paths)
    assert not clash(["a"], standing("a")) and not clash([], standing("a", "a"))


paths = st.lists(st.text("aAb/", min_size=1, max_size=4), max_size=8)


def test_a_bundle_without_files_is_in_nobody_s_way():
    empty = Sealed.of(Kept("f", {}, {}))
    edition = Standing({}, {"a": empty, "b": empty, **standing("x", "a/b").bundles})
    assert not clash(["a/b"], edition) and not clash([f"a/{n}" for n in range(99)], edition)


@given(paths, paths)
def test_a_few_new_paths_clash_as_all_would(before, new):
    everything = standing(*before, *new)
    if not clash(before, standing(*before)):
        assert clash(new, everything) == (bool(new) and clash([*before, *new], everything))


@given(paths)
def test_near_ones_are_told_apart_as_many_are(new):
    edition = standing("x", *new)
    few = clash(["x", *new], edition)
    limit, module._FEW = module._FEW, 0
    try:
        assert clash(["x", *new], edition) == few
    finally:
        module._FEW = limit
