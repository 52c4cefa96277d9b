"""The edition alone writes: whole files, only what differs, nothing left behind, nothing of others touched."""

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.edition.memory import Memory
from plugins.edition.plan import UnfitOutputs
from plugins.edition.publish import publish
from plugins.edition.record import RECORD
from plugins.newsroom import Bundle, Input, Output

PROJECT = Path(__file__).parent.parent.parent


def outputs(files):
    return [Output(path=path, inputs=(), render=lambda data=data: data) for path, data in files.items()]


def held(folder):
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name != RECORD
    }


def test_the_folder_holds_the_edition(tmp_path):
    files = {"index.html": b"front", "a/b/index.html": b"page"}
    report = publish(outputs(files), tmp_path)
    assert held(tmp_path) == files
    assert report.written == ("a/b/index.html", "index.html")


def test_only_what_differs_is_written(tmp_path):
    publish(outputs({"same": b"1", "other": b"1"}), tmp_path)
    before = (tmp_path / "same").stat().st_mtime_ns
    report = publish(outputs({"same": b"1", "other": b"2"}), tmp_path)
    assert (report.written, report.unchanged) == (("other",), 1)
    assert (tmp_path / "same").stat().st_mtime_ns == before
    record = (tmp_path / RECORD).stat().st_mtime_ns
    assert publish(outputs({"same": b"1", "other": b"2"}), tmp_path).written == ()
    assert (tmp_path / RECORD).stat().st_mtime_ns == record


def test_what_is_gone_is_removed_with_its_empty_folders_and_strangers_stay(tmp_path):
    publish(outputs({"a/b/c": b"1", "a/d": b"1"}), tmp_path)
    (tmp_path / "a/stranger").write_bytes(b"mine")
    report = publish(outputs({"x": b"1"}), tmp_path)
    assert report.removed == ("a/b/c", "a/d")
    assert held(tmp_path) == {"x": b"1", "a/stranger": b"mine"}


def test_a_render_that_fails_changes_nothing(tmp_path):
    publish(outputs({"a": b"1", "b": b"1"}), tmp_path)

    def fails():
        raise RuntimeError("template")

    with pytest.raises(RuntimeError):
        publish([*outputs({"a": b"2"}), Output(path="c", inputs=(), render=fails)], tmp_path)
    assert held(tmp_path) == {"a": b"1", "b": b"1"}
    assert not (tmp_path / ".edition-next").exists()


def test_a_record_that_cannot_be_read_removes_nothing(tmp_path):
    publish(outputs({"a": b"1"}), tmp_path)
    (tmp_path / RECORD).write_text('{"../../etc/passwd": "1", "a')
    publish(outputs({"b": b"1"}), tmp_path)
    assert held(tmp_path) == {"a": b"1", "b": b"1"}


def test_a_record_never_leads_out_of_the_folder(tmp_path):
    (tmp_path / "precious").write_bytes(b"1")
    folder = tmp_path / "output"
    publish(outputs({"a": b"1"}), folder)
    (folder / RECORD).write_text('{"../precious": "1", "/etc/hostname": "1", "a": "1"}')
    publish(outputs({"b": b"1"}), folder)
    assert (tmp_path / "precious").exists()


@pytest.mark.parametrize("path", ["", "/etc/x", "../x", "a/../../x", "a//b", "./a", ".edition.json", ".edition-next/a"])
def test_paths_that_lead_elsewhere_are_refused(path, tmp_path):
    with pytest.raises(UnfitOutputs):
        publish(outputs({path: b"1"}), tmp_path)


@pytest.mark.parametrize("paths", [("a", "a"), ("a/Index.html", "a/index.html"), ("a", "a/b")])
def test_two_outputs_can_not_share_a_place(paths, tmp_path):
    with pytest.raises(UnfitOutputs):
        publish([output for path in paths for output in outputs({path: b"1"})], tmp_path)


def bundle(name, *items, fingerprint="1"):
    return Bundle(name=name, fingerprint=fingerprint, items=lambda: items)


@pytest.mark.parametrize("path", ["a", "A", "a/b", "c/d"])
@pytest.mark.parametrize("within", [False, True])
def test_what_comes_later_can_not_take_the_place_of_what_stands(within, path, tmp_path):
    memory = Memory(tmp_path / "memory", "maker")
    stands = [bundle("x", *outputs({"a": b"1", "c/d/e": b"1", "z": b"1"})), *outputs({"y": b"1"})]
    (comes,) = outputs({path: b"2"})
    publish(stands, tmp_path / "output", memory)
    before = held(tmp_path / "output")
    items = [bundle("over", stands[0], comes), stands[1]] if within else [*stands, bundle("more", comes)]
    with pytest.raises(UnfitOutputs):
        publish(items, tmp_path / "output", Memory(tmp_path / "memory", "maker"))
    assert held(tmp_path / "output") == before


def test_what_a_nested_bundle_has_can_not_be_wanted_beside_it(tmp_path):
    memory = Memory(tmp_path / "memory", "maker")
    within = bundle("within", *outputs({"a": b"1"}))
    publish([bundle("x", within)], tmp_path / "output", memory)
    with pytest.raises(UnfitOutputs, match="a is wanted twice"):
        publish([bundle("x", within, *outputs({"a": b"1"}), fingerprint="2")], tmp_path / "output", memory)


def test_the_record_tells_of_bytes_that_somebody_has_put_there_already(tmp_path):
    memory = Memory(tmp_path / "memory", "maker")
    one, other = (Output(path="a", inputs=(Input("a", data),), render=data.encode) for data in "12")
    for items, folder in (([one], "output"), ([other], "clean")):
        publish(items, tmp_path / folder, memory if folder == "output" else None)
    (tmp_path / "output/a").write_bytes(b"2")
    assert publish([other], tmp_path / "output", memory).written == ()
    assert (tmp_path / "output" / RECORD).read_bytes() == (tmp_path / "clean" / RECORD).read_bytes()


@pytest.mark.parametrize("is_known", [False, True])
def test_that_everything_is_left_is_believed_only_while_the_record_is(is_known, tmp_path):
    """Another build may have begun after somebody looked, and been killed."""
    memory = Memory(tmp_path / "memory", "maker")
    files = {"a": b"1", "b": b"1"}
    publish(outputs(files), tmp_path / "output", memory)
    (tmp_path / "output/a").write_bytes(b"another build's")
    if not is_known:
        os.utime(tmp_path / "output" / RECORD, ns=(1, 1))
    publish(outputs(files), tmp_path / "output", memory, is_left=True)
    assert (held(tmp_path / "output") == files) is not is_known


def test_a_record_damaged_unseen_is_written_anew_with_the_next_change(tmp_path):
    memory = Memory(tmp_path / "memory", "maker")
    publish(outputs({"a": b"1"}), tmp_path / "output", memory)
    record = tmp_path / "output" / RECORD
    found = record.stat()
    record.write_bytes(b"?" * found.st_size)
    os.utime(record, ns=(found.st_atime_ns, found.st_mtime_ns))
    publish(outputs({"a": b"1", "b": b"1"}), tmp_path / "output", memory)
    publish(outputs({"a": b"1", "b": b"1"}), tmp_path / "clean")
    assert record.read_bytes() == (tmp_path / "clean" / RECORD).read_bytes()


def test_a_linked_file_is_replaced_and_not_written_through(tmp_path):
    (tmp_path / "precious").write_bytes(b"1")
    folder = tmp_path / "output"
    folder.mkdir()
    (folder / "a").symlink_to(tmp_path / "precious")
    publish(outputs({"a": b"2"}), folder)
    assert (tmp_path / "precious").read_bytes() == b"1"
    assert (folder / "a").read_bytes() == b"2" and not (folder / "a").is_symlink()


names = st.sampled_from(["a", "b", "a/x", "a/y", "b/x/z", "c.html", "d/index.html"])
editions = st.dictionaries(names, st.binary(max_size=4), max_size=6).filter(
    lambda files: not any(other.startswith(path + "/") for path in files for other in files)
)


@settings(deadline=None, max_examples=60)
@given(st.lists(editions, min_size=1, max_size=6))
def test_after_any_editions_the_folder_is_what_a_clean_build_would_make(history):
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as clean:
        for files in history:
            publish(outputs(files), Path(folder))
        publish(outputs(history[-1]), Path(clean))
        assert held(Path(folder)) == held(Path(clean)) == history[-1]
        assert (Path(folder) / RECORD).read_bytes() == (Path(clean) / RECORD).read_bytes()


@pytest.mark.parametrize("moment", range(12))
def test_a_killed_build_leaves_whole_files_and_the_next_one_is_right(moment, tmp_path):
    """The process is killed at its n-th step on the disk, in the middle of replacing one edition by another."""
    first = {f"{n}/index.html": b"first" for n in range(4)}
    second = {f"{n}/index.html": b"second" for n in range(2, 6)}
    publish(outputs(first), tmp_path)
    program = textwrap.dedent(
        f"""
        import builtins, os, signal
        from pathlib import Path
        from plugins.edition.publish import publish
        from plugins.newsroom import Bundle, Input, Output
        left = [{moment}]
        def counted(action):
            def act(*args, **kwargs):
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1
                return action(*args, **kwargs)
            return act
        for where, name in ((os, "replace"), (os, "unlink"), (Path, "write_bytes"), (builtins, "open")):
            setattr(where, name, counted(getattr(where, name)))
        files = {second!r}
        publish([Output(path=p, inputs=(), render=lambda d=d: d) for p, d in files.items()], Path({str(tmp_path)!r}))
        """
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    killed = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    for path, data in held(tmp_path).items():
        if not path.startswith(".edition-next"):
            assert data in (b"first", b"second")
    publish(outputs(second), tmp_path)
    assert held(tmp_path) == second


@pytest.mark.parametrize("path", [".edition.json", ".EDITION.json", ".edition-next.json", ".Edition-Next/a"])
def test_what_is_the_editions_own_is_refused_on_any_kind_of_disk(path, tmp_path):
    with pytest.raises(UnfitOutputs, match="own"):
        publish(outputs({path: b"1"}), tmp_path)


def test_who_wants_the_same_place_is_named(tmp_path):
    wanted = [
        Output(path="x", inputs=(Input("site", "1"), Input(name, "1")), render=bytes) for name in ("a.md", "b.md")
    ]
    with pytest.raises(UnfitOutputs, match=r"^x is wanted twice: made from b\.md, and made from a\.md$"):
        publish(wanted, tmp_path)


def test_two_builds_at_once_leave_one_whole_edition(tmp_path):
    """Several processes publish different editions into one folder at the same time, again and again."""
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from plugins.edition.publish import publish
        from plugins.newsroom import Output
        folder, name = Path(sys.argv[1]), sys.argv[2]
        for turn in range(20):
            data = name.encode() * 1000
            files = [f"{name}/{n}" for n in range(8)] + [f"shared/{n}" for n in range(8)]
            publish([Output(path=p, inputs=(), render=lambda: data) for p in files], folder)
        """
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    builds = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name], cwd=PROJECT, env=environment)
        for name in ("a", "b", "c")
    ]
    assert [build.wait(60) for build in builds] == [0, 0, 0]
    found = held(tmp_path)
    (whose,) = {path.split("/")[0] for path in found} - {"shared"}
    assert sorted(found) == sorted([f"{whose}/{n}" for n in range(8)] + [f"shared/{n}" for n in range(8)])
    assert set(found.values()) == {whose.encode() * 1000}
