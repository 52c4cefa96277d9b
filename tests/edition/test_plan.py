"""What must be rendered: outputs with other inputs, and those whose files are not as they were left. Nothing else."""

import os
import shutil

import pytest

from plugins.edition.memory import Memory
from plugins.edition.plan import planned
from plugins.edition.publish import publish
from plugins.edition.record import RECORD
from plugins.edition.standing import Kept
from plugins.newsroom import Bundle, Input, Output, opened
from tests.building import files

A, B, C = (Output(path=f"{name}/index.html", inputs=(Input(name, "1"),), render=name.encode) for name in "abc")
OTHER_A = Output(path=A.path, inputs=(Input("a", "2"),), render=b"A".__bytes__)


def bundle(name, *items, fingerprint="1"):
    return Bundle(name=name, fingerprint=fingerprint, items=lambda: items)


def never():
    raise AssertionError("this bundle is as it was: nobody need ask what is in it")


@pytest.fixture
def edition(tmp_path, left_in):
    """Answer a function that publishes items, and the function that plans the next edition."""
    memory = Memory(tmp_path / "cache/edition", "maker")

    def made(*items):
        publish(items, tmp_path / "output", memory)
        return tmp_path / "output"

    def plan(*items):
        last = Kept("", memory.made.outputs, {name: sealed.opened() for name, sealed in memory.made.bundles.items()})
        return planned(items, last, left_in(tmp_path / "output"))

    return made, plan


def paths(plan):
    return [task.output.path for task in plan.tasks]


def test_everything_is_rendered_the_first_time(tmp_path, left_in):
    plan = planned([A, bundle("x", B)], Kept.empty(), left_in(tmp_path))
    assert paths(plan) == [A.path, B.path]
    assert not plan.is_same and [task.reasons for task in plan.tasks] == [None, None]


def test_nothing_is_rendered_when_nothing_has_changed(edition):
    made, plan = edition
    made(A, bundle("x", B))
    again = plan(A, bundle("x", B))
    assert (again.tasks, again.is_same) == ([], True)


def test_other_inputs_are_the_reason(edition):
    made, plan = edition
    made(A, B)
    again = plan(OTHER_A, B)
    assert [(task.output, task.reasons) for task in again.tasks] == [(OTHER_A, ("a",))]
    assert not again.is_same


def test_fewer_inputs_or_another_order_are_a_reason_too(edition):
    made, plan = edition
    inputs = (Input("a", "1"), Input("b", "1"))
    made(Output(path="a", inputs=inputs, render=bytes))
    for others in (inputs[::-1], inputs[:1]):
        again = plan(Output(path="a", inputs=others, render=bytes))
        assert [task.reasons for task in again.tasks] == [()]


def test_a_bundle_with_the_same_fingerprint_is_not_opened(edition):
    made, plan = edition
    made(bundle("x", A, bundle("y", B)), C)
    again = plan(Bundle(name="x", fingerprint="1", items=never), C)
    assert again.tasks == [] and again.is_same
    assert sorted(dict(again.made.files())) == [A.path, B.path, C.path]


def test_of_a_bundle_with_another_fingerprint_only_what_differs_is_rendered(edition):
    made, plan = edition
    made(bundle("x", A, B, bundle("y", C)))
    unopened = Bundle(name="y", fingerprint="1", items=never)
    again = plan(bundle("x", OTHER_A, B, unopened, fingerprint="2"))
    assert paths(again) == [A.path]


def test_of_a_bundle_whose_files_are_not_all_there_the_missing_are_rendered(edition):
    made, plan = edition
    folder = made(bundle("x", A, bundle("y", B, C)))
    (folder / C.path).unlink()
    again = plan(bundle("x", A, bundle("y", B, C)))
    assert paths(again) == [C.path] and not again.is_same


@pytest.mark.parametrize("data", [b"", b"x", b"longer"])
@pytest.mark.parametrize("items", [(A,), (bundle("x", A),)])
def test_a_file_that_somebody_has_changed_is_rendered_again(items, data, edition):
    made, plan = edition
    folder = made(*items)
    (folder / A.path).write_bytes(data)
    os.utime(folder / A.path, ns=(1, 1))
    again = plan(*items)
    assert [(task.output, task.reasons) for task in again.tasks] == [(A, None)]


@pytest.mark.parametrize("items", [(A, B), (bundle("x", A, bundle("y", B)),)])
def test_a_copied_folder_is_taken_as_it_is_and_its_times_are_learned(items, edition, tmp_path):
    made, plan = edition
    folder = made(*items)
    shutil.copytree(folder, tmp_path / "copy", copy_function=shutil.copyfile)
    shutil.rmtree(folder)
    (tmp_path / "copy").rename(folder)
    again = plan(*items)
    assert (again.tasks, again.is_same) == ([], False)
    made(*items)
    assert plan(*items).is_same


def test_a_link_to_the_same_bytes_is_no_file_of_ours(edition, tmp_path):
    made, plan = edition
    folder = made(A)
    (tmp_path / "elsewhere").write_bytes(b"a")
    (folder / A.path).unlink()
    (folder / A.path).symlink_to(tmp_path / "elsewhere")
    assert paths(plan(A)) == [A.path]


@pytest.mark.parametrize("items", [(A,), (A, B, bundle("y", C)), (A, B, C), (A, B, bundle("x", C, fingerprint="2"))])
def test_what_comes_or_goes_is_put_in_place_or_taken_away(items, edition):
    made, _ = edition
    folder = made(A, B, bundle("x", C))
    record = (folder / RECORD).read_bytes()
    made(*items)
    assert files(folder) == {**{o.path: o.render() for o in opened(items)}, RECORD: (folder / RECORD).read_bytes()}
    assert ((folder / RECORD).read_bytes() == record) == (len(files(folder)) == 4)


def test_what_moves_into_another_bundle_stays_one_file(edition):
    made, _ = edition
    made(bundle("x", A), bundle("y", B))
    folder = made(bundle("x", fingerprint="2"), bundle("y", A, B, fingerprint="2"))
    assert (folder / A.path).read_bytes() == b"a" and (folder / B.path).read_bytes() == b"b"


def test_two_bundles_beside_each_other_can_not_share_a_name(tmp_path, left_in):
    with pytest.raises(ValueError, match="two bundles beside each other are called x"):
        planned([bundle("x", A), bundle("x", B)], Kept.empty(), left_in(tmp_path))
