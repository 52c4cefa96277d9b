"""A branch of a real repository: one publishing, one commit."""

import itertools
import subprocess

import pytest

from plugins.publishing.manifest import RECORD
from plugins.publishing.plan import Plan
from plugins.publishing.targets.git import Branch
from plugins.publishing.trouble import Trouble
from tests.publishing.editions import NEW, OLD, deploy, shipped
from tests.publishing.killing import killed_at

BRANCH = "gh-pages"


def git(repository, *arguments):
    return subprocess.run(
        ["git", "--git-dir", repository, *arguments], check=True, capture_output=True, timeout=60
    ).stdout


@pytest.fixture
def repository(tmp_path):
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "room.git"], check=True, timeout=60)
    return tmp_path / "room.git"


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions")
    extra = {".nojekyll": b""}
    return shipped(folder / "old", OLD, extra=extra), shipped(folder / "new", NEW, extra=extra)


def seen(repository, commit=BRANCH):
    if not git(repository, "for-each-ref", f"refs/heads/{BRANCH}"):
        return {}
    paths = git(repository, "ls-tree", "-r", "-z", "--name-only", commit).decode().split("\0")
    named = [path for path in paths if path and path not in (RECORD, ".nojekyll")]
    return {path: git(repository, "cat-file", "blob", f"{commit}:{path}") for path in named}


def commits(repository):
    return git(repository, "rev-list", BRANCH).decode().split()


def test_each_publishing_is_a_commit(repository, tmp_path, editions):
    old, new = editions
    target = Branch(str(repository), BRANCH, tmp_path / "cache")
    assert target.held().files == {} and target.earlier() is None
    deploy(target, old)
    assert seen(repository) == OLD
    deploy(target, new)
    assert seen(repository) == NEW
    assert seen(repository, f"{BRANCH}~1") == OLD
    assert target.held().files == new.manifest.files
    assert target.read("index.html") == NEW["index.html"] and target.read("nothing") is None
    assert deploy(target, new).is_empty
    assert len(commits(repository)) == 2
    # from another machine, which remembers nothing
    elsewhere = Branch(str(repository), BRANCH, tmp_path / "elsewhere")
    assert {path: data for path, data in elsewhere.earlier() if path != ".nojekyll"} == OLD
    deploy(elsewhere, old)
    assert seen(repository) == OLD and len(commits(repository)) == 3


def test_settings_of_the_user_change_no_byte(repository, tmp_path, editions, monkeypatch):
    settings = tmp_path / "gitconfig"
    settings.write_text("[core]\n\tautocrlf = true\n\texcludesFile = /dev/null\n[commit]\n\tgpgSign = true\n")
    (tmp_path / "attributes").write_text("* text eol=crlf\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    lines = {"index.html": b"one\r\ntwo\n", "app.log": b"ignored by many"}
    deploy(Branch(str(repository), BRANCH, tmp_path / "cache"), shipped(tmp_path, lines))
    assert seen(repository) == lines


def test_without_history_the_branch_is_one_commit(repository, tmp_path, editions):
    target = Branch(str(repository), BRANCH, tmp_path / "cache", keeps_history=False)
    for edition in editions:
        deploy(target, edition)
    assert seen(repository) == NEW and len(commits(repository)) == 1
    assert target.earlier() is None


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_at_any_step_the_old_edition_stays_or_the_new_is_whole(repository, tmp_path, editions):
    old, new = editions
    deploy(Branch(str(repository), BRANCH, tmp_path / "cache"), old)
    start = commits(repository)[0]
    for step in itertools.count():
        git(repository, "update-ref", f"refs/heads/{BRANCH}", start)
        target = Branch(str(repository), BRANCH, tmp_path / f"cache-{step}")
        was_killed = killed_at(step, lambda target=target: deploy(target, new))
        assert seen(repository) in (OLD, NEW)
        deploy(target, new)
        assert seen(repository) == NEW and len(commits(repository)) == 2
        if not was_killed:
            break
    assert step > 12


def test_a_lock_that_a_killed_run_left_is_no_hindrance(repository, tmp_path, editions):
    target = Branch(str(repository), BRANCH, tmp_path / "cache")
    deploy(target, editions[0])
    (tmp_path / "cache/index.lock").write_bytes(b"")
    deploy(target, editions[1])
    assert seen(repository) == NEW


def test_what_somebody_else_pushed_meanwhile_is_not_overwritten(repository, tmp_path, editions):
    target = Branch(str(repository), BRANCH, tmp_path / "cache")
    deploy(target, editions[0])
    parent = target._fetch()
    deploy(Branch(str(repository), BRANCH, tmp_path / "another"), editions[1])
    with pytest.raises(Trouble, match="somebody else has changed gh-pages meanwhile"):
        target._push(parent, "0" * 39 + "1")
    assert seen(repository) == NEW


def test_what_somebody_committed_by_hand_is_noticed_and_mended(repository, tmp_path, editions):
    target = Branch(str(repository), BRANCH, tmp_path / "cache")
    deploy(target, editions[0])
    checkout = tmp_path / "checkout"
    subprocess.run(["git", "clone", "-q", "-b", BRANCH, repository, checkout], check=True, timeout=60)
    (checkout / "index.html").write_bytes(b"by hand")
    who = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    subprocess.run(["git", *who, "commit", "-qam", "by hand"], cwd=checkout, check=True, timeout=60)
    subprocess.run(["git", "push", "-q"], cwd=checkout, check=True, timeout=60)
    plan = Plan.of(target.held(), editions[0].manifest)
    assert plan.uploads == ("index.html",)
    target.deploy(editions[0], plan)
    assert seen(repository) == OLD


def test_a_key_in_the_address_is_not_told(tmp_path):
    target = Branch("https://x:secret@127.0.0.1:1/room.git", BRANCH, tmp_path / "cache")
    with pytest.raises(Trouble) as found:
        target.held()
    assert "secret" not in str(found.value) and "127.0.0.1" in str(found.value)
