"""Rendering over several processes: the same bytes, every fault told as it is."""

import pytest

from plugins.edition import rendering
from plugins.edition.publish import publish
from plugins.edition.ready import Ready
from plugins.edition.rendering import Watch, edition
from plugins.edition.standing import Standing
from plugins.newsroom import Bundle, Input, Output
from tests.building import files

MANY = 100


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch):
    monkeypatch.setattr(rendering, "_MANY", 4)


def outputs(wrong=None, render=None):
    """Answer outputs, most of them in bundles, of which one renders otherwise."""
    made = [
        Output(path=f"{n % 7}/{n}", inputs=(), render=render if n == wrong else f"bytes of {n}".encode)
        for n in range(MANY)
    ]
    bundles = [bundle(f"{n}", made[n : n + 5]) for n in range(10, MANY, 5)]
    return [*made[:10], *bundles]


def bundle(name, items):
    return Bundle(name=name, fingerprint="1", items=lambda: items)


class Seen(Watch):
    def __init__(self):
        self.phases, self.done = [], []

    def phase(self, name):
        self.phases.append(name)

    def made(self, done, of):
        self.done.append((done, of))


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_all_is_the_same_whatever_the_number_of_processes(jobs, tmp_path):
    watch = Seen()
    report = publish(outputs(), tmp_path / "output", jobs=jobs, watch=watch)
    assert report == publish(outputs(), tmp_path / "one")
    assert files(tmp_path / "output") == files(tmp_path / "one")
    assert watch.phases == ["render", "write"]
    assert watch.done == [(n, 28) for n in range(1, 29)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_only_what_the_folder_does_not_hold_is_laid_ready(jobs, tmp_path, left_in):
    publish(outputs(), tmp_path / "output")
    (tmp_path / "output/0/0").write_bytes(b"bytes of 9")
    before = files(tmp_path / "output")
    ready = Ready(tmp_path / "output")
    made = edition(outputs(), Standing.empty(), left_in(tmp_path / "output"), ready, jobs=jobs, watch=Watch())
    assert len(made.rendered) == MANY and made.written == ["0/0"]
    laid = files(tmp_path / "output").items() - before.items()
    assert [data for _, data in laid] == [b"bytes of 0"]
    ready.put(made.written)
    ready.discard()
    assert files(tmp_path / "output") == {**before, "0/0": b"bytes of 0"}


def fails():
    raise LookupError("the template's own words")


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("wrong", [0, MANY - 1])
def test_a_fault_is_raised_as_it_is_and_changes_nothing(wrong, jobs, tmp_path):
    publish(outputs(), tmp_path)
    before = files(tmp_path)
    with pytest.raises(LookupError, match="the template's own words"):
        publish(outputs(wrong, fails), tmp_path, jobs=jobs)
    assert files(tmp_path) == before


def test_after_a_fault_the_same_process_builds_what_it_is_given(tmp_path):
    """A preview goes on for hours, and templates are mended meanwhile."""
    with pytest.raises(LookupError):
        publish(outputs(0, fails), tmp_path, jobs=2)
    mended = [Output(path=f"new/{n}", inputs=(Input("n", f"{n}"),), render=b"mended".__bytes__) for n in range(20)]
    publish(mended, tmp_path, jobs=2)
    assert {path: data for path, data in files(tmp_path).items() if path != ".edition.json"} == {
        f"new/{n}": b"mended" for n in range(20)
    }


@pytest.mark.parametrize("items", [[bundle("x", []), bundle("x", [])], [bundle("y", [bundle("x", [])] * 2)]])
def test_two_bundles_beside_each_other_can_not_share_a_name(items, tmp_path):
    with pytest.raises(ValueError, match="two bundles beside each other are called x"):
        publish(items, tmp_path)


def test_what_a_killed_build_left_beside_the_record_is_removed(tmp_path):
    """A record that was being written when the power went; the edition is the same as before."""
    publish(outputs(), tmp_path)
    before = files(tmp_path)
    (tmp_path / ".edition-next.json").write_bytes(b'{"half')
    (tmp_path / ".edition-next").mkdir()
    (tmp_path / ".edition-next/x").write_bytes(b"half")
    publish(outputs(), tmp_path)
    assert files(tmp_path) == before
