"""What the edition remembers of the last build is believed whole or not at all."""

from dataclasses import replace

import pytest

from plugins.edition.memory import Kept, Made, Memory, Sealed, Standing, marks, others
from plugins.newsroom import Input, Output

WITHIN = Kept("g", {"x": Made(b"n" * 8, "e", 3, 4)}, {})
BUNDLE = Kept("f", {"y": Made(b"o" * 8, "f", 5, 6)}, {"b": WITHIN})
MADE = Standing({"index.html": Made(b"m" * 8, "d", 1, 2)}, {"a": Sealed.of(BUNDLE)})
OUTPUT = Output(path="x", inputs=(Input("a", "1"), Input("b", "2")), render=bytes)


@pytest.fixture
def kept(tmp_path):
    """Answer the file of a memory that has been kept."""
    Memory.of(tmp_path / "cache/edition", "maker").keep(MADE, (7, 8))
    return tmp_path / "cache/edition"


def test_what_is_kept_is_recalled_by_the_same_maker_only(kept):
    recalled = Memory.of(kept, "maker")
    assert (recalled.made, recalled.record) == (MADE, (7, 8))
    assert Memory.of(kept, "another").made == Standing.empty()


def test_every_file_of_an_edition_is_told_bundles_included():
    assert MADE.paths() == ["index.html", "y", "x"]
    assert MADE.digests() == {"index.html": "d", "y": "f", "x": "e"}


def test_a_sealed_bundle_tells_how_its_files_were_left_and_can_be_opened():
    sealed = MADE.bundles["a"]
    assert (sealed.fingerprint, sealed.paths, sealed.sizes, sealed.times) == ("f", ("y", "x"), (5, 3), (6, 4))
    assert sealed.opened() == BUNDLE


def test_a_file_s_digest_is_known_by_path_and_inputs(kept):
    recalled = Memory.of(kept, "maker")
    of_x = Memory(kept, "maker", Standing({}, {"a": Sealed.of(Kept("f", {"x": Made(marks(OUTPUT), "e", 3, 4)}, {}))}))
    assert recalled.digest(OUTPUT) is None
    of_x.keep(of_x.made, (0, 0))
    assert Memory.of(kept, "maker").digest(OUTPUT) == "e"


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
        lambda data: b"cos\nsystem\n(S'true'\ntR.",
    ],
)
def test_what_is_damaged_or_something_else_is_an_empty_memory(damage, kept):
    kept.write_bytes(damage(kept.read_bytes()))
    recalled = Memory.of(kept, "maker")
    assert (recalled.made, recalled.record) == (Standing.empty(), (0, 0))


def test_a_folder_in_its_place_is_an_empty_memory(kept):
    kept.unlink()
    kept.mkdir()
    assert Memory.of(kept, "maker").made == Standing.empty()


def test_what_a_killed_build_left_is_written_over(kept):
    kept.with_name("edition.next").write_bytes(b"half")
    Memory.of(kept, "maker").keep(MADE, (9, 9))
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
