"""What has changed between two editions is told by what they don't share."""

from plugins.edition.change import Change
from plugins.edition.standing import Kept, Made, Sealed, Standing

OLD, NEW = "d" * 64, "e" * 64


def single(digest=OLD, modified=2):
    return Made(b"", digest, 1, modified)


def bundle(**digests):
    return Sealed.of(Kept("f", {path: single(digest) for path, digest in digests.items()}, {}))


LAST = Standing({"index": single(), "x": single()}, {"one": bundle(a=OLD, b=OLD), "two": bundle(c=OLD)})


def test_nothing_has_changed_if_everything_is_the_same():
    assert Change.between(LAST, LAST) == Change({}, {}, [])
    assert Change.between(LAST, Standing(dict(LAST.outputs), dict(LAST.bundles))) == Change({}, {}, [])


def test_files_with_other_bytes_new_ones_and_those_gone_are_told():
    next = Standing({"index": single(NEW), "y": single()}, {"one": bundle(a=NEW, d=OLD), "two": LAST.bundles["two"]})
    made = {"index": NEW, "y": OLD, "a": NEW, "d": OLD}
    assert Change.between(LAST, next) == Change(made, {"x": OLD, "b": OLD}, ["y", "d"])


def test_another_time_is_no_other_file():
    next = LAST._replace(outputs={"index": single(modified=3), "x": single()})
    assert Change.between(LAST, next) == Change({}, {}, [])


def test_whole_bundles_come_and_go():
    next = LAST._replace(bundles={"one": LAST.bundles["one"], "three": bundle(e=OLD)})
    assert Change.between(LAST, next) == Change({"e": OLD}, {"c": OLD}, ["e"])
    assert Change.between(Standing.empty(), LAST).new == list(LAST.paths())
    assert Change.between(LAST, Standing.empty()) == Change({}, dict(LAST.made()), [])


def test_a_file_that_moves_from_one_bundle_to_another_has_neither_come_nor_gone():
    next = LAST._replace(bundles={"one": bundle(b=OLD), "two": bundle(c=OLD, a=NEW)})
    assert Change.between(LAST, next) == Change({"a": NEW}, {}, [])
    assert Change.between(LAST, next._replace(outputs={**LAST.outputs, "b": single()})).new == ["b"]


def test_a_file_that_one_had_and_two_want_has_come_once_more():
    next = LAST._replace(bundles={"one": bundle(a=OLD, b=NEW), "two": bundle(b=OLD, c=OLD)})
    assert Change.between(LAST, next).new == ["b"]
