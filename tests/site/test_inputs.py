"""Outputs say what they depend on: whenever an output's bytes change, its declared inputs have changed.

The edition may one day leave out what has the same inputs as last time; this is what makes that right.
"""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.building import NOW, PROJECT, outputs
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
    "security contact": in_file(
        "newsroom.yaml",
        ("boilerplate:", "security: {contact: mailto:a@example.se, expires: 2027-01-01T00:00:00Z}\nboilerplate:"),
    ),
    "template": in_file("templates/release.html", ("</h1>", "!</h1>")),
    "part of a template": in_file("templates/base.html", ("</body>", "<p>Nytt</p></body>")),
    "style": in_file("static/style.css", ("{", "{ /* nytt */")),
    "word of the theme": in_file("locale/sv/LC_MESSAGES/messages.po", ('msgstr "Presskontakt"', 'msgstr "Ring oss"')),
}


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    root = tmp_path_factory.mktemp("before")
    shutil.copytree(PROJECT / "theme", root / "theme")
    content_of(root, [OLD, NEW, LATER])
    return root, rendered(root)


def rendered(root: Path, now=NOW):
    found = outputs(root / "content", root / "cache", now=now, theme=root / "theme")
    return {output.path: (output.inputs, output.render()) for output in found}


def assert_declared(old, new):
    changed = [path for path in old.keys() & new.keys() if old[path][1] != new[path][1]]
    undeclared = [path for path in changed if old[path][0] == new[path][0]]
    assert undeclared == []
    return changed, old.keys() ^ new.keys()


@pytest.mark.parametrize("name", EDITS)
def test_what_an_edit_changes_is_declared(name, before, tmp_path):
    root, old = before
    shutil.copytree(root, tmp_path / "after")
    EDITS[name](tmp_path / "after/content", tmp_path / "after/theme")
    changed, come_or_gone = assert_declared(old, rendered(tmp_path / "after"))
    assert changed or come_or_gone, "the edit changed nothing, so it proves nothing"


def test_what_the_clock_changes_is_declared(before):
    root, old = before
    for days in (1, 2, 400, 4000):
        assert_declared(old, rendered(root, now=NOW + timedelta(days=days)))


def test_the_same_content_gives_the_same_bytes_and_inputs(before, tmp_path):
    root, old = before
    shutil.copytree(root / "content", tmp_path / "elsewhere/content")
    shutil.copytree(root / "theme", tmp_path / "elsewhere/theme")
    assert rendered(tmp_path / "elsewhere") == old


def test_one_more_release_changes_no_earlier_release_page(before, tmp_path):
    root, old = before
    shutil.copytree(root, tmp_path / "after")
    one_more(tmp_path / "after/content", tmp_path / "after/theme")
    new = rendered(tmp_path / "after")
    earlier = ("pressmeddelanden/2024/gammalt/", "pressmeddelanden/2026/nytt/", "en/releases/2024/gammalt/")
    for path in old:
        if path.startswith(earlier):
            assert new[path] == old[path]
