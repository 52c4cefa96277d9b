"""What a build has left is there as long as no file of it is otherwise."""

import os
import shutil

import pytest

from plugins.desk.building.traces import Traces
from plugins.edition.memory import Memory
from plugins.edition.publish import publish
from plugins.newsroom import Bundle, Output


def an_output(path):
    return Output(path=path, inputs=(), render=path.encode)


DEEP = ["a/2031/x/index.html", "a/2031/x/y/z.txt", "a/2031/index.html", "a/20/x/index.html", "a/2/x/y/z.txt", "c.txt"]
"""Files that lie near each other, and names that begin alike."""


@pytest.fixture
def left(tmp_path):
    """Answer what a build has left in `output` and `cache`."""
    output, cache = tmp_path / "output", tmp_path / "cache"
    memory = Memory.beside(cache, output, "maker")
    bundle = Bundle(name="b", fingerprint="b", items=lambda: [an_output("b/one.txt"), an_output("b/åäö.txt")])
    publish([an_output("index.html"), *map(an_output, DEEP), bundle], output, memory)
    (output / "stranger.txt").write_bytes(b"")
    return Traces.unpacked(Traces.of(memory, str(cache)).packed())


def is_there(left, root):
    return left.is_there(str(root / "output"), str(root / "cache"))


def test_it_is_there_until_something_happens_to_it(left, tmp_path):
    assert is_there(left, tmp_path)
    (tmp_path / "output/stranger.txt").unlink()
    assert is_there(left, tmp_path)


CHANGES = {
    "another size": lambda root: (root / "output/index.html").write_bytes(b"?"),
    "another time": lambda root: os.utime(root / "output/b/one.txt", ns=(1, 1)),
    **{f"another {path}": lambda root, path=path: (root / "output" / path).write_bytes(b"?") for path in DEEP},
    "a lost folder": lambda root: shutil.rmtree(root / "output/a/20"),
    "a lost file": lambda root: (root / "output/b/åäö.txt").unlink(),
    "another record": lambda root: (root / "output/.edition.json").write_bytes(b"{}"),
    "a link": lambda root: (root / "output/index.html").rename(root / "x")
    and (root / "output/index.html").symlink_to(root / "x"),
    "nothing left": lambda root: shutil.rmtree(root / "output"),
    "no cache": lambda root: shutil.rmtree(root / "cache"),
    "a stranger's cache": lambda root: (root / "cache/x").write_bytes(b""),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_happens_is_seen(change, left, tmp_path):
    CHANGES[change](tmp_path)
    assert not is_there(left, tmp_path)
