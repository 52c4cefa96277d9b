"""What is made ready to travel: exactly what was built, and compressed copies that always come out the same."""

import gzip
import itertools
import os

import brotli
import pytest

from plugins.publishing.manifest import Manifest
from plugins.publishing.shipment import Dock
from plugins.publishing.targets.folder import Folder
from plugins.publishing.targets.target import carried
from plugins.publishing.trouble import Trouble
from tests.building import files
from tests.publishing.editions import NEW, OLD, built, deploy, shipped
from tests.publishing.killing import killed_at


def test_only_what_was_built_is_sent(tmp_path):
    output = built(tmp_path / "output", OLD)
    (output / "notes.txt").write_text("not for you")
    shipment = Dock(tmp_path / "dock").prepare(output, compressed=False, extra={".nojekyll": b""})
    assert files(shipment.folder) == OLD | {".nojekyll": b""}
    assert set(shipment.manifest.files) == {*OLD, ".nojekyll"}
    assert shipment.read("index.html") == OLD["index.html"]


@pytest.mark.parametrize("harm", ["changed", "missing", "linked"])
def test_what_the_build_did_not_write_is_not_sent(tmp_path, harm):
    output = built(tmp_path / "output", OLD)
    (output / "index.html").unlink()
    if harm == "changed":
        (output / "index.html").write_bytes(b"<a href='/releases/2030/a/'>A</a>")
    if harm == "linked":
        (tmp_path / "elsewhere").write_bytes(OLD["index.html"])
        (output / "index.html").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Trouble, match=r"index\.html is not what the build wrote; build again"):
        Dock(tmp_path / "dock").prepare(output, compressed=False)


def test_without_an_edition_there_is_nothing_to_send(tmp_path):
    with pytest.raises(Trouble, match=r"there is no edition in .*build it first"):
        Dock(tmp_path / "dock").prepare(tmp_path, compressed=False)


def test_compressed_copies_hold_the_same_and_always_come_out_the_same(tmp_path):
    one, another = (shipped(tmp_path / name, OLD, compressed=True) for name in ("one", "another"))
    assert one.manifest == another.manifest
    texts = [path for path in OLD if not path.endswith(".jpg")]
    assert set(one.manifest.files) == {*OLD, *(f"{path}{ending}" for path in texts for ending in (".gz", ".br"))}
    for path in texts:
        assert gzip.decompress(one.read(f"{path}.gz")) == brotli.decompress(one.read(f"{path}.br")) == OLD[path]


def test_what_is_the_same_as_last_time_is_neither_compressed_nor_read_again(tmp_path, monkeypatch):
    dock, output = Dock(tmp_path / "dock"), built(tmp_path / "output", OLD)
    first = dock.prepare(output, compressed=True)
    dock.settle(first)
    assert dock.prepare(output, compressed=True).manifest == first.manifest
    assert not (tmp_path / "dock/next").exists()
    compressed = []
    kept = gzip.compress

    def compress(data, *arguments, **more):
        compressed.append(data)
        return kept(data, *arguments, **more)

    monkeypatch.setattr(gzip, "compress", compress)
    second = dock.prepare(built(output, NEW), compressed=True)
    assert sorted(compressed) == sorted(
        data for path, data in NEW.items() if OLD.get(path) != data and not path.endswith(".jpg")
    )
    assert second.manifest == shipped(tmp_path / "clean", NEW, compressed=True).manifest


def test_a_shipment_is_not_touched_by_the_next_build(tmp_path):
    output = built(tmp_path / "output", OLD)
    shipment = Dock(tmp_path / "dock").prepare(output, compressed=False)
    built(output, NEW)
    assert files(shipment.folder) == OLD


def test_the_dock_remembers_what_is_there_and_what_was_there_before(tmp_path):
    dock, output = Dock(tmp_path / "dock"), tmp_path / "output"
    assert dock.current is None and dock.earlier is None and dock.version == ""
    for edition in (OLD, NEW, NEW):
        dock.settle(dock.prepare(built(output, edition), compressed=False))
    assert files(dock.current.folder) == NEW and files(dock.earlier.folder) == OLD
    dock.settle(dock.receive((path, (dock.earlier.folder / path).read_bytes()) for path in dock.earlier.manifest.files))
    assert files(dock.current.folder) == OLD and files(dock.earlier.folder) == NEW
    (tmp_path / "dock/current/shipment.json").write_text("{")
    assert dock.current is None


def test_the_next_is_made_of_what_nobody_needs_any_more(tmp_path):
    dock, output = Dock(tmp_path / "dock"), tmp_path / "output"
    for edition in (OLD, NEW):
        dock.settle(dock.prepare(built(output, edition), compressed=True))
        dock.tidy()
    place = tmp_path / "dock/next/files"
    # no text that is gone stays there longer than it takes to look at what readers get
    assert files(place) == files(dock.current.folder)
    kept = (place / "releases/2030/a/index.html.br").stat().st_ino, place.stat().st_ino
    (place / "somebody's").write_bytes(b"mine")
    (place / "notices.json.gz").unlink()
    another = {**NEW, "index.html": b"another"}
    shipment = dock.prepare(built(output, another), compressed=True)
    assert ((place / "releases/2030/a/index.html.br").stat().st_ino, place.stat().st_ino) == kept
    assert shipment.manifest == shipped(tmp_path / "clean", another, compressed=True).manifest
    assert files(shipment.folder) == files(tmp_path / "clean/dock/next/files")


def test_copies_follow_their_files_and_give_way_to_files_of_that_name(tmp_path):
    dock, output = Dock(tmp_path / "dock"), tmp_path / "output"
    editions = [
        {"a.json": b"1", "b.txt": b"2", "c.jpg": b"3"},
        {"a.json": b"1", "a.json.gz": b"our own", "b.txt": b"2"},
        {"a.json": b"1", "b.txt": b"20"},
        {"b.txt": b"2", "c.jpg": b"3"},
        {"b.txt": b"2", "c.jpg": b"3"},
    ]
    for number, edition in enumerate(editions):
        for _twice in range(2):
            shipment = dock.prepare(built(output, edition), compressed=True, is_known=bool(number % 2))
            clean = shipped(tmp_path / f"clean-{number}", edition, compressed=True)
            assert shipment.manifest.files == clean.manifest.files
            assert files(shipment.folder) == files(clean.folder)
        dock.settle(shipment)
        dock.tidy()
    assert dock.prepare(output, compressed=False).manifest.files.keys() == editions[-1].keys()


def test_what_was_harmed_since_is_mended_by_the_next_build(tmp_path):
    """Files of the output and of the dock may be one and the same."""
    dock, output = Dock(tmp_path / "dock"), built(tmp_path / "output", OLD)
    dock.settle(dock.prepare(output, compressed=False))
    (output / "index.html").write_bytes(b"harmed")
    assert dock.current.read("index.html") == b"harmed"
    with pytest.raises(Trouble, match="build again"):
        dock.prepare(output, compressed=False)
    (output / "index.html").unlink()
    (output / "index.html").write_bytes(OLD["index.html"])
    assert files(dock.prepare(output, compressed=False).folder) == OLD


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_at_any_step_the_dock_still_has_an_edition_and_the_one_before(tmp_path):
    newer = {**NEW, "index.html": b"newer"}

    def publish(folder, edition):
        dock = Dock(folder / "dock")
        with dock.alone():
            dock.settle(dock.prepare(built(folder / "output", edition), compressed=False))
            dock.tidy()

    for step in itertools.count():
        folder = tmp_path / str(step)
        for edition in (OLD, NEW):
            publish(folder, edition)
        was_killed = killed_at(step, lambda folder=folder: publish(folder, newer))
        with Dock(folder / "dock").alone():
            has = [files(each.folder) for each in (Dock(folder / "dock").current, Dock(folder / "dock").earlier)]
        assert has in ([NEW, OLD], [newer, NEW])
        publish(folder, newer)
        assert [files(each.folder) for each in (Dock(folder / "dock").current, Dock(folder / "dock").earlier)] == [
            newer, NEW,
        ]  # fmt: skip
        if not was_killed:
            break
    assert step > 10


def test_two_publishings_at_once_are_one_too_many(tmp_path):
    another = Dock(tmp_path).alone()
    with Dock(tmp_path).alone(), pytest.raises(Trouble, match="another publishing is under way"):
        another.__enter__()
    with Dock(tmp_path).alone():
        pass


def test_a_disk_without_hard_links_will_do(tmp_path, monkeypatch):
    def refuses(*_arguments, **_more):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuses)
    assert files(shipped(tmp_path, OLD).folder) == OLD


def test_style_sheets_that_old_pages_ask_for_travel_along(tmp_path):
    target = Folder(tmp_path / "srv")
    deploy(target, shipped(tmp_path / "old", OLD, compressed=True))
    style = {"theme/style.11111111.css": OLD["theme/style.11111111.css"]}
    new = {path: data for path, data in NEW.items() if path not in style}
    extra = carried(target, target.held(), new)
    assert extra == style
    deploy(target, shipped(tmp_path / "new", new, compressed=True, extra=extra))
    assert (tmp_path / "srv/current/theme/style.11111111.css").read_bytes() == style["theme/style.11111111.css"]
    assert carried(target, Manifest(), new) == {}
