"""A folder with editions beside each other: readers see one or the other, whatever happens to the publishing."""

import itertools

import pytest

from plugins.publishing.manifest import RECORD
from plugins.publishing.plan import Plan
from plugins.publishing.targets.folder import Folder
from plugins.publishing.trouble import Trouble
from tests.building import files
from tests.publishing.editions import NEW, OLD, deploy, shipped
from tests.publishing.killing import STEPS, killed_at


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions")
    return shipped(folder / "old", OLD), shipped(folder / "new", NEW)


def seen(root):
    """Answer what readers see."""
    if not (root / "current").exists():
        return {}
    return {path: data for path, data in files(root / "current").items() if path != RECORD}


def test_an_edition_is_laid_beside_the_old_one_and_takes_its_place(tmp_path, editions):
    old, new = editions
    target = Folder(tmp_path)
    assert target.held().files == {} and target.earlier() is None
    deploy(target, old)
    assert seen(tmp_path) == OLD
    plan = deploy(target, new)
    assert seen(tmp_path) == NEW
    assert "releases/2030/gone/index.html" in plan.removals
    assert target.held().files == new.manifest.files
    assert Plan.of(target.held(), new.manifest).is_empty
    assert dict(target.earlier()) == OLD


def test_what_is_unchanged_is_the_same_file(tmp_path, editions):
    target = Folder(tmp_path)
    deploy(target, editions[0])
    before = (tmp_path / "current/releases/2030/a/picture.jpg").stat()
    deploy(target, editions[1])
    after = (tmp_path / "current/releases/2030/a/picture.jpg").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    # but never the file of the build, which is another's to change
    assert after.st_ino != (editions[1].folder / "releases/2030/a/picture.jpg").stat().st_ino


def test_two_editions_are_kept_and_there_and_back_is_only_a_switch(tmp_path, editions):
    target = Folder(tmp_path)
    for number in (0, 1, 0, 1):
        deploy(target, editions[number])
        assert seen(tmp_path) == (OLD, NEW)[number]
    assert len(list((tmp_path / "editions").iterdir())) == 2
    inode = (tmp_path / "current/index.html").stat().st_ino
    deploy(target, editions[0])
    deploy(target, editions[1])
    assert (tmp_path / "current/index.html").stat().st_ino == inode


def test_the_next_is_made_of_what_nobody_reads_any_more(tmp_path, editions):
    target, version = Folder(tmp_path), set()
    for number in (0, 1):
        deploy(target, editions[number])
        version.add(target.version())
        target.tidy()
    assert len(version) == 2 and target.version() in version
    spare = tmp_path / "spare"
    # no text that is gone stays there longer than it takes to look at what readers get
    assert files(spare) == files(tmp_path / "current") and target.held().files == editions[1].manifest.files
    (spare / "index.html").unlink()
    (spare / "stranger.html").write_bytes(b"mine")
    kept = (spare / "releases").stat().st_ino
    newer = shipped(tmp_path / "newer", {**NEW, "feed.atom": b"newer"})
    deploy(target, newer)
    assert seen(tmp_path) == {**NEW, "feed.atom": b"newer"} and dict(target.earlier()) == NEW
    assert (tmp_path / "current/releases").stat().st_ino == kept


def test_what_somebody_did_to_the_edition_is_noticed_and_mended(tmp_path, editions):
    target = Folder(tmp_path)
    deploy(target, editions[0])
    (tmp_path / "current/index.html").unlink()
    (tmp_path / "current/feed.atom").write_bytes(b"defaced")
    plan = deploy(target, editions[0])
    assert sorted(plan.uploads) == ["feed.atom", "index.html"]
    assert seen(tmp_path) == OLD
    assert deploy(target, editions[0]).is_empty


def test_what_was_harmed_together_with_its_links_is_laid_anew(tmp_path, editions):
    target = Folder(tmp_path)
    deploy(target, editions[0])
    target.tidy()
    (tmp_path / "current/releases/2030/a/picture.jpg").write_bytes(b"defaced")
    assert (tmp_path / "spare/releases/2030/a/picture.jpg").read_bytes() == b"defaced"
    deploy(target, editions[1])
    assert seen(tmp_path) == NEW


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_at_any_step_the_old_edition_stays_or_the_new_is_whole(tmp_path, editions):
    old, new = editions
    for step in itertools.count():
        root = tmp_path / str(step)
        target = Folder(root)
        deploy(target, old)
        was_killed = killed_at(step, lambda target=target: deploy(target, new), STEPS | {"open"})
        assert seen(root) in (OLD, NEW)
        deploy(target, new)
        assert seen(root) == NEW
        assert len(list((root / "editions").iterdir())) == 2
        assert dict(target.earlier()) == OLD
        if not was_killed:
            break
    assert step > 20


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_the_first_publishing_can_be_killed_too(tmp_path, editions):
    for step in itertools.count():
        root = tmp_path / str(step)
        if not killed_at(step, lambda root=root: deploy(Folder(root), editions[0]), STEPS):
            break
        assert seen(root) in ({}, OLD)
        deploy(Folder(root), editions[0])
        assert seen(root) == OLD
    assert step > 10


def test_a_folder_that_is_no_link_is_left_alone(tmp_path, editions):
    (tmp_path / "current").mkdir()
    (tmp_path / "current/precious").write_bytes(b"mine")
    with pytest.raises(Trouble, match="not a symbolic link"):
        deploy(Folder(tmp_path), editions[0])
    assert files(tmp_path) == {"current/precious": b"mine"}
