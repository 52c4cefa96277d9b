"""Promise 3: after any sequence of edits the incremental output is, byte for byte, that of a clean build.

`PRESSROOM_EDITS` says how many edits to try (`make soak` tries 10,000); some find nothing to be done to. What
hypothesis prints repeats a failing history.
"""

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.edition.generator import published
from plugins.feeds import channel, outputs
from plugins.pages import lists
from tests.building import NOW, PROJECT, SAMPLE, build, files
from tests.site import histories, steps
from tests.site.conftest import CONTENTS
from tests.site.histories import IN_MEMORY, History, go_on
from tests.site.steps import BUILDS, CLOCK, COMMON, DAMAGE, edit

EDITS = int(os.environ.get("PRESSROOM_EDITS", "330"))
PARTS = 4
"""Tests that share the edits, so that they can run beside each other."""
LENGTH = 15
STEPS = [*COMMON * 3, *CLOCK * 2, *DAMAGE, *BUILDS]
WITHIN = [*COMMON, *CLOCK]
"""Steps that need no build in another process."""


@pytest.fixture
def place():
    """Answer a folder for a press room, in memory if there is such a place: it is written and removed over and over."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.mark.parametrize("part", range(PARTS))
@settings(
    deadline=None,
    max_examples=-(-EDITS // (LENGTH * PARTS)),
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(story=st.lists(st.integers(0, len(STEPS) - 1), min_size=LENGTH, max_size=LENGTH), salt=st.integers(0, 10**6))
def test_after_any_edits_the_output_is_that_of_a_clean_build(story, salt, part, place):
    live([STEPS[(number + part) % len(STEPS)] for number in story], f"{part} {salt}", place)


@pytest.fixture
def short_lists(monkeypatch):
    """Let few releases make a long list: with parts of two, and shelves of two parts."""
    for module in (lists, channel):
        monkeypatch.setattr(module, "PART", 2)
    for module in (lists, outputs):
        monkeypatch.setattr(module, "SHELF", 2)


@settings(
    deadline=None,
    max_examples=-(-EDITS // (LENGTH * PARTS * 3)),
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(
    story=st.lists(st.integers(0, len(WITHIN) - 1), min_size=LENGTH, max_size=LENGTH), salt=st.integers(0, 10**6)
)
def test_so_is_that_of_long_lists(story, salt, short_lists, place):
    live([WITHIN[number] for number in story], f"long {salt}", place, more=12)


def live(taken, seed, place, more=0):
    """Let a press room with some `more` releases live through the steps; whatever fails says which one it was."""
    shutil.rmtree(place / "room", ignore_errors=True)
    history = History(place / "room", seed=seed)
    for number in range(more):
        at = f"202{4 + number % 3}-0{1 + number % 9}-01T10:00:00Z"
        histories.write_release(history, f"ett-av-flera-{number}", at, keywords=["alfa"], translated=number % 2 == 0)
    go_on(history)
    for number, step in enumerate(taken):
        try:
            if not edit(history, step) or step in BUILDS:
                continue
            if history.random.random() < 0.8:
                history.settle()
            go_on(history)
        except BaseException as error:
            told = " → ".join(each.__name__ for each in taken[: number + 1])
            error.add_note(f"after {told} (seed {seed!r})")
            raise


def test_nothing_is_rendered_or_written_when_nothing_has_changed(place):
    history = furnished(place)
    report = built(history)
    assert (report.rendered, report.written, report.removed) == ({}, (), ())


@pytest.mark.parametrize("step", [steps.longer_body, steps.other_newsroom, steps.other_template])
def test_an_edit_renders_only_what_it_reaches(step, place):
    history = furnished(place)
    while not edit(history, step):
        pass
    assert 0 < len(built(history).rendered) < len(history.shown)


def test_a_fresh_checkout_and_a_copied_output_render_nothing(place):
    history = furnished(place)
    steps.fresh_checkout(history)
    shutil.copytree(history.output, place / "copy", copy_function=shutil.copyfile)
    shutil.rmtree(history.output)
    (place / "copy").rename(history.output)
    report = built(history)
    assert (report.rendered, report.written) == ({}, ())


def test_pictures_are_made_once(place):
    """A picture is developed again for no change of text, keywords, contacts, templates or place."""
    history = furnished(place)
    before = {path: path.stat().st_ino for path in history.cache.glob("media/*/*/*")}
    for step in (steps.longer_body, steps.other_template, steps.other_keywords):
        edit(history, step)
        built(history)
    assert before.items() <= {path: path.stat().st_ino for path in history.cache.glob("media/*/*/*")}.items()


def test_an_embargo_that_passes_renders_what_it_reaches(place):
    history = furnished(place)
    history.now += timedelta(days=1)
    report = built(history)
    assert "pressmeddelanden/2026/senare/index.html" in report.written
    assert not any(path.startswith("pressmeddelanden/2024/gammalt/") for path in report.rendered)


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_more_release_reaches_the_set_that_can_be_predicted(jobs, place):
    """Its own files, front page, list, year, keyword, type, feeds, sitemap, what was public, notices; in another
    language only what lists everything.
    """
    history = furnished(place)
    histories.write_release(history, "ett-till", "2026-04-01T10:00:00Z", keywords=["beta"])
    report = built(history, jobs=jobs)
    swedish = {
        *(f"pressmeddelanden/2026/ett-till/{name}" for name in ("index.html", "release.txt", "release.json")),
        *(f"feed.{format}" for format in ("rss", "atom", "json")),
        *(f"nyckelord/beta/{name}" for name in ("index.html", "feed.rss", "feed.atom", "feed.json")),
        *(f"typ/pressmeddelande/{name}" for name in ("index.html", "feed.rss", "feed.atom", "feed.json")),
        "index.html", "pressmeddelanden/index.html", "pressmeddelanden/2026/index.html", "senaste.json",
        "public/2026.json", "notices.json", "sitemap-2026.xml", "sitemap.xml",
    }  # fmt: skip
    english = {"en/index.html", "en/releases/index.html", "en/senaste.json"}
    assert set(report.written) == swedish | english
    assert report.removed == ()


def test_both_doors_give_the_same_bytes(sites, tmp_path):
    """`press build` goes a way of its own; the sites that other tests visit were built by Pelican."""
    for name, content in CONTENTS.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "content").symlink_to(content)
        (tmp_path / name / "theme").symlink_to(PROJECT / "theme")
        histories.build(tmp_path / name, NOW, tmp_path / name / "output", tmp_path / name / "cache", jobs=2)
        assert files(tmp_path / name / "output") == files(sites[name])


def test_what_one_door_has_built_the_other_need_not_build_again(tmp_path):
    reports = []
    (tmp_path / "content").symlink_to(SAMPLE / "everything")
    (tmp_path / "theme").symlink_to(PROJECT / "theme")
    given = {"cache": tmp_path / "cache", "THEME": str(tmp_path / "theme")}
    with published.connected_to(reports.append):
        build(tmp_path / "content", tmp_path / "output", **given)
        by_press = histories.build(tmp_path, NOW, tmp_path / "output", tmp_path / "cache")
        (tmp_path / "output/index.html").unlink()
        histories.build(tmp_path, NOW, tmp_path / "output", tmp_path / "cache")
        build(tmp_path / "content", tmp_path / "output", **given)
    assert (by_press.rendered, reports[-1].rendered) == ({}, {})


def furnished(place):
    """Answer a press room that has been built, and edited long ago."""
    history = History(place / "room")
    go_on(history)
    return history


def built(history, *, jobs=1):
    """Build, answer the report, and assert that the output is that of a clean build."""
    history.settle()
    report = histories.build(history.root, history.now, history.output, history.cache, jobs=jobs)
    histories.assert_clean(history, None)
    return report
