"""A folder on another machine, over a real SSH connection: the same promises as for a folder on this one."""

import itertools
import shutil
import signal
import subprocess
import threading
import time

import pytest

from plugins.publishing.manifest import RECORD
from plugins.publishing.plan import Plan
from plugins.publishing.targets.rsync import Rsync
from plugins.publishing.targets.rsync_in_place import RsyncInPlace
from plugins.publishing.trouble import Trouble
from tests.building import files
from tests.publishing.editions import NEW, OLD, assert_nothing_leads_astray, deploy, shipped
from tests.publishing.killing import killed_at


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions")
    return shipped(folder / "old", OLD), shipped(folder / "new", NEW)


def seen(root):
    """Answer what readers see: what lies behind the link, or in the folder itself."""
    folder = root / "current" if (root / "editions").exists() else root
    found = files(folder) if folder.exists() else {}
    return {path: data for path, data in found.items() if path != RECORD}


def test_an_edition_is_sent_beside_the_old_one_and_takes_its_place(ssh, restricted, tmp_path, editions):
    """By an account that may do nothing but rsync, below one folder."""
    old, new = editions
    root = restricted(tmp_path / "srv")
    target = Rsync("127.0.0.1:/", ssh)
    assert target.held().files == {}
    deploy(target, old)
    assert seen(root) == OLD
    before = (root / "current/releases/2030/a/picture.jpg").stat()
    plan = deploy(target, new)
    assert seen(root) == NEW
    assert "releases/2030/gone/index.html" in plan.removals
    after = (root / "current/releases/2030/a/picture.jpg").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert target.held().files == new.manifest.files
    assert target.read("index.html") == NEW["index.html"]
    assert dict(target.earlier()) == OLD
    assert all(file.stat().st_mode & 0o777 == 0o644 for file in (root / "current/").rglob("*") if file.is_file())


def test_two_editions_are_kept_and_what_somebody_did_to_one_is_mended(tmp_path, editions):
    old, new = editions
    target = Rsync(str(tmp_path))
    assert target.earlier() is None and target.read("nothing") is None
    for edition in (old, new, old, new):
        deploy(target, edition)
    assert len(list((tmp_path / "editions").iterdir())) == 2
    (tmp_path / "current/index.html").unlink()
    assert deploy(target, new).uploads == ("index.html",)
    assert seen(tmp_path) == NEW and deploy(target, new).is_empty
    assert len(list((tmp_path / "editions").iterdir())) == 2


def test_the_link_is_switched_in_one_step(tmp_path, editions):
    """Somebody reads the front page without pause while editions take turns."""
    root = tmp_path / "srv"
    target = Rsync(str(root))
    deploy(target, editions[0])
    found, ended = [], threading.Event()

    def read():
        while not ended.is_set():
            found.append((root / "current/index.html").read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in (1, 0, 1):
            deploy(target, editions[number])
    finally:
        ended.set()
        reader.join(10)
    assert set(found) == {OLD["index.html"], NEW["index.html"]}


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_at_any_step_the_old_edition_stays_or_the_new_is_whole(tmp_path, editions):
    old, new = editions
    start = tmp_path / "start"
    deploy(Rsync(str(start)), old)
    for step in itertools.count():
        root = tmp_path / str(step)
        shutil.copytree(start, root, symlinks=True)
        target = Rsync(str(root))
        was_killed = killed_at(step, lambda target=target: deploy(target, new), {"subprocess.Popen"})
        time.sleep(0.1)  # what it had started may be ending
        assert seen(root) in (OLD, NEW)
        deploy(target, new)
        assert seen(root) == NEW
        deploy(target, old)
        assert len(list((root / "editions").iterdir())) == 2
        if not was_killed:
            break
    assert step > 5


def test_in_place_only_what_changed_is_sent_and_strangers_stay(tmp_path, editions):
    old, new = editions
    target = RsyncInPlace(str(tmp_path))
    (tmp_path / "stranger.html").write_bytes(b"mine")
    (tmp_path / "keywords/old").mkdir(parents=True)
    (tmp_path / "keywords/old/stranger.html").write_bytes(b"mine too")
    deploy(target, old)
    strangers = {"stranger.html": b"mine", "keywords/old/stranger.html": b"mine too"}
    assert seen(tmp_path) == OLD | strangers
    before = (tmp_path / "releases/2030/a/picture.jpg").stat().st_mtime_ns
    deploy(target, new)
    assert seen(tmp_path) == NEW | strangers
    assert (tmp_path / "releases/2030/a/picture.jpg").stat().st_mtime_ns == before
    assert not (tmp_path / "releases/2030/gone").exists()
    assert deploy(target, new).is_empty


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_in_place_killed_at_any_step_nothing_leads_astray_and_the_next_run_finishes(tmp_path, editions):
    old, new = editions
    start = tmp_path / "start"
    start.mkdir()
    deploy(RsyncInPlace(str(start)), old)
    for step in itertools.count():
        root = tmp_path / str(step)
        shutil.copytree(start, root)
        target = RsyncInPlace(str(root))
        was_killed = killed_at(step, lambda target=target: deploy(target, new), {"subprocess.Popen"})
        time.sleep(0.05)
        assert_nothing_leads_astray(seen(root))
        # if the edition has changed back meanwhile, what the killed run brought is known, and goes
        deploy(target, (old, new)[step % 2])
        assert seen(root) == (OLD, NEW)[step % 2]
        if not was_killed:
            break
    assert step > 5


def test_a_transfer_that_is_killed_midway_is_taken_up_again(ssh, tmp_path):
    big = {**OLD, "releases/2030/a/film.mp4": bytes(range(256)) * 8_000}
    shipment = shipped(tmp_path, big)
    place = tmp_path / "srv/editions" / shipment.manifest.digest[:16]
    place.mkdir(parents=True)
    slow = subprocess.Popen(["rsync", "-r", "--bwlimit=500", "-e", ssh, f"{shipment.folder}/", f"127.0.0.1:{place}/"])
    deadline = time.monotonic() + 20
    while not list(place.rglob(".film.mp4.*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    slow.send_signal(signal.SIGKILL)
    slow.wait(10)
    assert seen(tmp_path / "srv") == {} and not (place / "releases/2030/a/film.mp4").exists()
    target = Rsync(str(tmp_path / "srv"))
    deploy(target, shipment)
    assert seen(tmp_path / "srv") == big
    assert Plan.of(target.held(), shipment.manifest).is_empty


def test_a_host_that_cannot_be_reached_is_told_of_and_never_taken_for_an_empty_one(ssh, tmp_path):
    for target in (Rsync(f"127.0.0.1:{tmp_path}", "ssh -F none -o BatchMode=yes -p 1"),
                   RsyncInPlace(f"127.0.0.1:{tmp_path}", "ssh -F none -o BatchMode=yes -p 1")):  # fmt: skip
        with pytest.raises(Trouble, match=r"can't be reached or written: ssh: connect to host"):
            target.held()
