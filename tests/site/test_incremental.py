"""Promise 3: after any sequence of edits the incremental output is, byte for byte, that of a clean build."""

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.edition.memory import Kept, Made, Memory
from plugins.edition.publish import Report, publish
from plugins.newsroom.keeping import packed
from tests.building import NOW, PROJECT, files, items, outputs
from tests.site.test_inputs import EDITS, LATER, NEW, OLD
from tests.texts import Text, content_of

STEPS = sorted(EDITS)


class History:
    """A press room that is edited step by step, with one output folder that is kept and one that is made anew."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = NOW
        shutil.copytree(PROJECT / "theme", root / "theme")
        content_of(root, [OLD, NEW, LATER])
        self.memory = root / "cache/edition.json"

    def edit(self, name: str) -> None:
        """Make the edit; one that doesn't apply any more (the file is gone) is passed over."""
        try:
            EDITS[name](self.root / "content", self.root / "theme")
        except (AssertionError, OSError):
            return

    def restore(self) -> None:
        """Take every edit of the content back."""
        content_of(self.root, [OLD, NEW, LATER])

    def build(self, maker: str = "test") -> Report:
        made = items(self.root / "content", self.root / "cache", now=self.now, theme=self.root / "theme")
        return publish(made, self.root / "output", Memory.of(self.memory, maker))

    def assert_clean(self) -> None:
        clean = self.root / "clean"
        shutil.rmtree(clean, ignore_errors=True)
        publish(self._outputs(), clean)
        assert files(self.root / "output") == files(clean)

    def _outputs(self):
        return outputs(self.root / "content", self.root / "cache", now=self.now, theme=self.root / "theme")


def damage(history: History, how: str) -> None:
    """Do to the memory or the output what happens to files: deleted, cut short, foreign, touched, copied."""
    memory, output = history.memory, history.root / "output"
    if how == "memory deleted":
        memory.unlink(missing_ok=True)
    elif how == "memory cut short" and memory.exists():
        memory.write_bytes(memory.read_bytes()[:-40])
    elif how == "memory foreign":
        memory.write_bytes(packed("test", ((0, 0), Kept("", {"index.html": Made(b"", "y", 1, 1)}, {})), (Made, Kept)))
    elif how == "output copied" and output.exists():
        shutil.copytree(output, history.root / "copy", copy_function=shutil.copyfile)
        shutil.rmtree(output)
        (history.root / "copy").rename(output)
    elif how == "page deleted":
        (output / "index.html").unlink(missing_ok=True)
    elif how == "page changed" and (output / "index.html").exists():
        (output / "index.html").write_text("changed by hand")


DAMAGES = ["memory deleted", "memory cut short", "memory foreign", "output copied", "page deleted", "page changed"]

steps = st.one_of(
    st.sampled_from(STEPS),
    st.sampled_from(DAMAGES),
    st.sampled_from(["restore", "a day passes", "a year passes", "a clock set back"]),
)


@settings(deadline=None, max_examples=8, suppress_health_check=list(HealthCheck))
@given(story=st.lists(steps, min_size=3, max_size=8))
def test_after_any_edits_the_output_is_that_of_a_clean_build(story, tmp_path_factory):
    history = History(tmp_path_factory.mktemp("history"))
    history.build()
    for step in story:
        if step in EDITS:
            history.edit(step)
        elif step in DAMAGES:
            damage(history, step)
        elif step == "restore":
            history.restore()
        else:
            days = {"a day passes": 1, "a year passes": 365, "a clock set back": -30}[step]
            history.now += timedelta(days=days)
        try:
            history.build()
        except Exception as fault:
            # a story may make the content faulty; then nothing may have been written
            assert type(fault).__name__ == "Faults"
            continue
        history.assert_clean()
    shutil.rmtree(history.root)


def test_nothing_is_rendered_when_nothing_has_changed(tmp_path):
    history = History(tmp_path)
    history.build()
    report = history.build()
    assert (report.rendered, report.written, report.removed) == ({}, (), ())


@pytest.mark.parametrize("edit", ["body", "phone", "one more release", "template"])
def test_an_edit_renders_only_what_it_reaches(edit, tmp_path):
    history = History(tmp_path)
    history.build()
    history.edit(edit)
    report = history.build()
    assert 0 < len(report.rendered) < len(history._outputs())
    history.assert_clean()


def test_another_program_recalls_nothing(tmp_path):
    history = History(tmp_path)
    history.build()
    report = history.build("another version")
    assert (len(report.rendered), report.written) == (len(history._outputs()), ())


def test_one_more_release_reaches_the_set_that_can_be_predicted(tmp_path):
    """Per language: its own files, front page, list, archive, year, keyword, type, audience, feeds, sitemap, memory."""
    history = History(tmp_path)
    history.build()
    new = Text("ett-till", "public03", "2026-04-01T10:00:00Z", ("beta",), None, False, None, "ett-till")
    new.write(tmp_path / "content")
    report = history.build()
    swedish = {
        *(f"pressmeddelanden/2026/ett-till/{name}" for name in ("index.html", "release.txt", "release.json")),
        *(f"feed.{format}" for format in ("rss", "atom", "json")),
        *(f"nyckelord/beta/{name}" for name in ("index.html", "feed.rss", "feed.atom", "feed.json")),
        *(f"typ/pressmeddelande/{name}" for name in ("index.html", "feed.rss", "feed.atom", "feed.json")),
        "index.html", "arkiv/index.html", "pressmeddelanden/index.html", "pressmeddelanden/2026/index.html",
        "nyckelord/index.html", "senaste.json", "public/2026.json", "notices.json", "sitemap-2026.xml", "sitemap.xml",
        "sitemap-pages.xml",
    }  # fmt: skip
    english = {
        "en/index.html", "en/archive/index.html", "en/releases/index.html", "en/releases/2026/index.html",
        "en/keywords/index.html", "en/keywords/beta/index.html", "en/types/pressmeddelande/index.html",
        "en/senaste.json",
    }  # fmt: skip
    assert set(report.written) == swedish | english
    assert report.removed == ()


def test_seeded_stories(tmp_path):
    """Long stories from fixed seeds, so that every run walks some way through all the edits."""
    for seed in (1, 2):
        history = History(tmp_path / str(seed))
        history.build()
        for name in random.Random(seed).sample(STEPS, len(STEPS)):  # noqa: S311 - a story, not a secret
            history.edit(name)
            try:
                history.build()
            except Exception as fault:
                assert type(fault).__name__ == "Faults"
                history.restore()
        history.build()
        history.assert_clean()
