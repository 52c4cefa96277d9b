"""Outputs and bundles say what they depend on: whenever bytes change, so do the inputs that are declared for them.

The edition leaves out what has the same inputs as last time; this is what makes that right.
"""

import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.newsroom import Bundle, Faults, Output
from tests.building import NOW, PROJECT, items
from tests.site.histories import History, furnish, quicken
from tests.site.steps import CLOCK, COMMON, edit
from tests.texts import PICTURES, Text, content_of

OLD = Text("gammalt", "public00", "2024-03-01T10:00:00Z", ("alfa",), "teal", True, None, "gammalt")
NEW = Text("nytt", "public01", "2026-03-01T10:00:00Z", ("alfa", "beta"), None, False, "2024/gammalt", "nytt")
LATER = Text("senare", "public02", "2026-11-23T10:00:00Z", ("gamma",), "navy", True, None, "senare")


def in_file(path, *changes):
    def edit(content: Path, theme: Path) -> None:
        file = content / path if (content / path).exists() else theme / path
        text = file.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        file.write_text(text, encoding="utf-8")

    return edit


def other_picture(content: Path, theme: Path) -> None:
    (content / "releases/2024/gammalt/gammalt.png").write_bytes(PICTURES["navy"])


def one_more(content: Path, theme: Path) -> None:
    Text("ett-till", "public03", "2026-04-01T10:00:00Z", ("beta",), "navy", True, None, "ett-till").write(content)


def moved(content: Path, theme: Path) -> None:
    (content / "releases/2024/gammalt").rename(content / "releases/2024/flyttat")
    file = content / "releases/2026/nytt/sv.md"
    file.write_text(file.read_text(encoding="utf-8").replace("gammalt/sv.md", "flyttat/sv.md"), encoding="utf-8")


def gone(content: Path, theme: Path) -> None:
    shutil.rmtree(content / "releases/2026/nytt")


SV = "releases/2024/gammalt/sv.md"
CORRECTION = "corrections: [{at: 2024-05-01T10:00:00Z, kind: correction, text: Siffran var fel.}]\nlead:"
WITHDRAWAL = "withdrawn: {at: 2024-05-01T10:00:00Z, kind: withdrawn, reason: Det var fel.}\nlead:"

EDITS = {
    "title": in_file(SV, ("title: Om gammalt", "title: Om något annat")),
    "lead": in_file(SV, ("lead: Ingress", "lead: En annan ingress")),
    "body": in_file(SV, ("Brödtext om", "En annan brödtext om")),
    "translation": in_file("releases/2024/gammalt/en.md", ("About gammalt", "About something else")),
    "time": in_file(SV, ("2024-03-01T10", "2024-03-02T11")),
    "keyword of a release": in_file(SV, ("[alfa]", "[gamma]")),
    "urgent": in_file(SV, ("lead:", "urgent: true\nlead:")),
    "case number": in_file(SV, ("lead:", "case_number: 1.1-2024-1\nlead:")),
    "links": in_file(SV, ("lead:", "links: [{text: Mer, url: https://example.org/}]\nlead:")),
    "correction": in_file(SV, ("lead:", CORRECTION)),
    "typo": in_file(SV, ("lead:", CORRECTION.replace("correction,", "typo,"))),
    "withdrawal": in_file(SV, ("lead:", WITHDRAWAL)),
    "moved from": in_file(SV, ("lead:", "moved_from: [/gammal/adress/]\nlead:")),
    "alt text": in_file(SV, ("alt: Bild", "alt: En annan bild")),
    "credit": in_file(SV, ("credit: gammalt", "credit: Någon annan")),
    "picture": other_picture,
    "one more release": one_more,
    "moved release": moved,
    "deleted release": gone,
    "phone": in_file("newsroom.yaml", ("018-12 34 56", "018-12 34 57")),
    "name of a keyword": in_file("newsroom.yaml", ("sv: Nyckelord alfa", "sv: Andra ord")),
    "name of a type": in_file("newsroom.yaml", ("sv: Pressmeddelande,", "sv: Meddelande,")),
    "publisher": in_file("newsroom.yaml", ("sv: Exempelmyndigheten", "sv: Myndigheten")),
    "boilerplate": in_file("newsroom.yaml", ("sv: Om myndigheten.", "sv: Allt om myndigheten.")),
    "terms": in_file("newsroom.yaml", ("Får publiceras fritt.", "Får publiceras av alla.")),
    "promise": in_file("newsroom.yaml", ("Bara adressen behövs.", "Endast adressen behövs.")),
    "address of the site": in_file("newsroom.yaml", ("https://press.example.se", "https://www.example.se/press")),
    "time zone": in_file("newsroom.yaml", ("Europe/Stockholm", "Europe/Helsinki")),
    "demonstration": in_file("newsroom.yaml", ("timezone:", "demonstration: true\ntimezone:")),
    "contact that leaves": in_file("newsroom.yaml", ("2031-01-31", "2026-01-31")),
    "order of keywords": in_file(
        "newsroom.yaml", ("  alfa: {name: {sv: Nyckelord alfa, en: Keyword alfa}}\n", ""),
        ("  gamma:", "  alfa: {name: {sv: Nyckelord alfa, en: Keyword alfa}}\n  gamma:"),
    ),
    "other language first": in_file("newsroom.yaml", ("[sv, en]", "[en, sv]")),
    "press material": in_file("newsroom.yaml", ("alt: {sv: Märket", "alt: {sv: Ordmärket")),
    "assignment": in_file("assignments/2025/uppdrag/sv.md", ("title: Uppdrag", "title: Nytt uppdrag")),
    "deadline": in_file("assignments/2025/uppdrag/sv.md", ("2026-12-01", "2026-12-02")),
    "answer to an assignment": in_file(SV, ("lead:", "responds_to: [uppdrag1]\nlead:")),
    "standing page": in_file("pages/about/sv.md", ("Det här", "Det där")),
    "security contact": in_file(
        "newsroom.yaml",
        ("boilerplate:", "security: {contact: mailto:a@example.se, expires: 2027-01-01T00:00:00Z}\nboilerplate:"),
    ),
    "template": in_file("templates/release.html", ("</h1>", "!</h1>")),
    "part of a template": in_file("templates/base.html", ("</body>", "<p>Nytt</p></body>")),
    "style": in_file("static/style.css", ("{", "{ /* nytt */")),
    "word of the theme": in_file("locale/sv/LC_MESSAGES/messages.po", ('msgstr "Presskontakt"', 'msgstr "Ring oss"')),
}


class Made(NamedTuple):
    """An output as it was declared and rendered."""

    inputs: tuple
    bytes: bytes


class Declared(NamedTuple):
    """What the rooms declared: outputs by path; and by its name, after those of the bundles around it, every bundle's
    fingerprint and the paths in it.
    """

    outputs: dict[str, Made]
    bundles: dict[tuple[str, ...], tuple[str, tuple[str, ...]]]


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    root = tmp_path_factory.mktemp("before")
    shutil.copytree(PROJECT / "theme", root / "theme")
    furnish(content_of(root, [OLD, NEW, LATER]), "sidan", "att pröva")
    return root, declared(root)


def declared(root: Path, now=NOW) -> Declared:
    quicken()
    found = Declared({}, {})
    _declare(items(root / "content", root / "cache", now=now, theme=root / "theme"), (), found)
    return found


def _declare(declared: Iterable[Output | Bundle], around: tuple[str, ...], found: Declared) -> list[str]:
    paths: list[str] = []
    for item in declared:
        if isinstance(item, Bundle):
            name = (*around, item.name)
            assert name not in found.bundles
            within = _declare(item.items(), name, found)
            found.bundles[name] = item.fingerprint, tuple(within)
            paths += within
        else:
            found.outputs[item.path] = Made(item.inputs, item.render())
            paths.append(item.path)
    return paths


def assert_declared(old: Declared, new: Declared):
    """Fail unless all that differs was declared to; answer the paths whose bytes differ, and those come or gone."""
    both = old.outputs.keys() & new.outputs.keys()
    changed = [path for path in both if old.outputs[path].bytes != new.outputs[path].bytes]
    assert [path for path in changed if old.outputs[path].inputs == new.outputs[path].inputs] == []
    for name in old.bundles.keys() & new.bundles.keys():
        (was, paths), (is_now, paths_now) = old.bundles[name], new.bundles[name]
        if was == is_now:
            assert paths == paths_now, f"the bundle {name} holds other outputs than before"
            assert [path for path in paths if old.outputs[path] != new.outputs[path]] == [], f"in the bundle {name}"
    return changed, old.outputs.keys() ^ new.outputs.keys()


@pytest.mark.parametrize("name", EDITS)
def test_what_an_edit_changes_is_declared(name, before, tmp_path):
    root, old = before
    shutil.copytree(root, tmp_path / "after")
    EDITS[name](tmp_path / "after/content", tmp_path / "after/theme")
    changed, come_or_gone = assert_declared(old, declared(tmp_path / "after"))
    assert changed or come_or_gone, "the edit changed nothing, so it proves nothing"


@pytest.mark.parametrize("days", [0.04, 1, 2, 9, 400, 4000])
def test_what_the_clock_changes_is_declared(days, before):
    root, old = before
    assert_declared(old, declared(root, now=NOW + timedelta(days=days)))


@settings(deadline=None, max_examples=6, suppress_health_check=list(HealthCheck), print_blob=True)
@given(story=st.lists(st.sampled_from([*COMMON, *CLOCK]), min_size=6, max_size=6), salt=st.integers(0, 10**6))
def test_what_any_edits_change_is_declared(story, salt, tmp_path_factory):
    history = History(tmp_path_factory.mktemp("history") / "room", seed=str(salt))
    old = declared(history.root)
    for step in story:
        edit(history, step)
        try:
            new = declared(history.root, history.now)
        except Faults:
            history.take_back()
        else:
            assert_declared(old, new)
            old, history.good, history.good_at = new, history.sources(), history.now
    shutil.rmtree(history.root)


def test_the_same_content_gives_the_same_bytes_and_inputs(before, tmp_path):
    root, old = before
    shutil.copytree(root / "content", tmp_path / "elsewhere/content")
    shutil.copytree(root / "theme", tmp_path / "elsewhere/theme")
    assert declared(tmp_path / "elsewhere") == old


def test_one_more_release_changes_no_earlier_release_page(before, tmp_path):
    root, old = before
    shutil.copytree(root, tmp_path / "after")
    one_more(tmp_path / "after/content", tmp_path / "after/theme")
    new = declared(tmp_path / "after")
    earlier = ("pressmeddelanden/2024/gammalt/", "pressmeddelanden/2026/nytt/", "en/releases/2024/gammalt/")
    for path in old.outputs:
        if path.startswith(earlier):
            assert new.outputs[path] == old.outputs[path]
