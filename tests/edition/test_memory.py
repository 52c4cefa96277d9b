"""What the edition remembers of the last build is believed whole or not at all."""

from dataclasses import replace

import pytest

from plugins.edition.memory import _TOGETHER, Memory, marks, others
from plugins.edition.standing import Kept, Made, Sealed, Standing
from plugins.newsroom import Input, Output
from plugins.newsroom.keeping import NotKept

DIGESTS = [digit * 64 for digit in "def"]
WITHIN = Kept("g", {"x": Made(b"n" * 8, DIGESTS[1], 3, 4)}, {})
BUNDLE = Kept("f", {"y": Made(b"o" * 8, DIGESTS[2], 5, 6)}, {"b": WITHIN})
MADE = Standing({"index.html": Made(b"m" * 8, DIGESTS[0], 1, 2)}, {"a": Sealed.of(BUNDLE)})
OUTPUT = Output(path="x", inputs=(Input("a", "1"), Input("b", "2")), render=bytes)


def opened(standing):
    """Answer all that is known of an edition."""
    return standing.outputs, {name: (bundle[:-1], bundle.opened()) for name, bundle in standing.bundles.items()}


def flipped(data, at):
    """Answer the bytes with one bit turned over."""
    return bytes([*data[:at], data[at] ^ 1, *data[len(data[:at]) + 1 :]])


@pytest.fixture
def kept(tmp_path):
    """Answer the file of a memory that has been kept."""
    Memory(tmp_path / "cache/edition", "maker").keep(MADE, (7, 8))
    return tmp_path / "cache/edition"


def test_what_is_kept_is_recalled_by_the_same_maker_only(kept):
    recalled = Memory(kept, "maker")
    assert opened(recalled.made) == opened(MADE)
    assert recalled.record == (7, 8)
    assert Memory(kept, "another").made == Standing.empty()


def test_a_file_s_digest_is_known_by_path_and_inputs(kept):
    recalled = Memory(kept, "maker")
    assert recalled.digest(OUTPUT) is None
    of_x = Kept("f", {"x": Made(marks(OUTPUT), DIGESTS[1], 3, 4)}, {})
    recalled.keep(Standing({}, {"a": Sealed.of(of_x)}), (0, 0))
    assert Memory(kept, "maker").digest(OUTPUT) == DIGESTS[1]


def test_what_is_not_opened_is_kept_as_it_is(kept):
    recalled = Memory(kept, "maker")
    recalled.keep(recalled.made, (9, 9))
    assert opened(Memory(kept, "maker").made) == opened(MADE)


def standing_of(names, fingerprint="f"):
    """Answer an edition of many bundles of one file each."""
    made = Made(b"m" * 8, DIGESTS[0], 1, 2)
    return Standing({}, {name: Sealed.of(Kept(fingerprint, {name: made}, {})) for name in names})


def test_what_has_not_changed_is_kept_whatever_lies_beside_it(tmp_path):
    names = [f"n{number}" for number in range(3 * _TOGETHER)]
    Memory(tmp_path / "edition", "maker").keep(standing_of(names), (1, 1))
    for changed, gone in ([["n0", "n100"], []], [["n1"], ["n0", "n2"]], [[], ["n180"]], [["new"], []], [[], names]):
        recalled = Memory(tmp_path / "edition", "maker")
        bundles = {**recalled.made.bundles, **standing_of(changed, "g").bundles}
        made = Standing({}, {name: bundle for name, bundle in bundles.items() if name not in gone})
        recalled.keep(made, (2, 2))
        assert opened(Memory(tmp_path / "edition", "maker").made) == opened(made)
        recalled.keep(made, (2, 2))
        assert opened(Memory(tmp_path / "edition", "maker").made) == opened(made)


def test_a_damaged_bundle_is_noticed_when_it_is_opened(kept):
    kept.write_bytes(flipped(kept.read_bytes(), Memory(kept, "maker").made.bundles["a"].contents.start + 40))
    recalled = Memory(kept, "maker")
    with pytest.raises(NotKept):
        recalled.made.bundles["a"].opened()
    assert recalled.digest(OUTPUT) is None
    assert list(recalled.made.paths()) == list(MADE.paths())


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:100],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: flipped(data, 100),
        lambda data: flipped(data, -20),
        lambda data: data[:-8] + b"\xff" * 8,
        lambda data: b"cos\nsystem\n(S'true'\ntR.",
    ],
)
def test_what_is_damaged_or_something_else_is_an_empty_memory(damage, kept):
    kept.write_bytes(damage(kept.read_bytes()))
    recalled = Memory(kept, "maker")
    assert (recalled.made, recalled.record) == (Standing.empty(), (0, 0))


def test_a_folder_in_its_place_is_an_empty_memory(kept):
    kept.unlink()
    kept.mkdir()
    assert Memory(kept, "maker").made == Standing.empty()


def test_what_a_killed_build_left_is_written_over(kept):
    kept.with_name("edition.next").write_bytes(b"half")
    Memory(kept, "maker").keep(MADE, (9, 9))
    assert list(kept.parent.iterdir()) == [kept]


def test_output_folders_do_not_share_a_memory(tmp_path):
    one, other = (Memory.beside(tmp_path, tmp_path / name, "maker") for name in ("output", "preview"))
    assert one.file != other.file


def test_marks_stand_for_all_inputs_and_their_order():
    one, other = OUTPUT.inputs
    changed = [(Input("a", "2"), other), (one,), (one, other, Input("c", "3")), (other, one)]
    assert len({marks(OUTPUT), *(marks(replace(OUTPUT, inputs=inputs)) for inputs in changed)}) == 5


def test_the_inputs_that_are_others_are_named():
    new = replace(OUTPUT, inputs=(Input("a", "2"), Input("b", "2"), Input("c", "3")))
    assert others(new, marks(OUTPUT)) == ["a", "c"]
    assert others(OUTPUT, marks(OUTPUT)) == []
