"""`press move`: an address is left, and nobody is sent astray."""

import json

import feedparser
import pytest

from plugins.desk.writing.move import readdressed
from tests.building import NOW, build, files
from tests.desk.conftest import RELEASE

LINKING = """\
---
id: llll1234
type: pressmeddelande
published: 2026-03-14T09:00:00+01:00
title: Det andra
lead: En ingress.
---

Läs [det första](../../2025/forsta/sv.md#del) och [mer][1].

[1]: ../../2025/forsta/sv.md
"""
ENGLISH = "---\ntitle: First\nlead: A lead.\nof_revision: 1\n---\n\nA body, and [the second](../../2026/andra/sv.md).\n"


@pytest.fixture
def linked(desk):
    """A release with a translation, and another that links to it."""
    (desk.first.with_name("en.md")).write_text(ENGLISH, encoding="utf-8")
    file = desk.root / "content/releases/2026/andra/sv.md"
    file.parent.mkdir(parents=True)
    file.write_text(LINKING, encoding="utf-8")
    return desk


def content(desk):
    return files(desk.root / "content")


def test_a_public_release_leaves_its_addresses_and_links_follow(linked):
    answer = linked.press("move", "content/releases/2025/forsta/sv.md", "--slug", "nytt-namn")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines() == [
        "Den ligger nu i content/releases/2025/nytt-namn.",
        "/en/releases/2025/forsta/ leder vidare till den (moved_from).",
        "/pressmeddelanden/2025/forsta/ leder vidare till den (moved_from).",
        "content/releases/2026/andra/sv.md: länken till den är lagad.",
    ]
    moved = content(linked)
    assert set(moved) == {
        "newsroom.yaml", "releases/2025/nytt-namn/sv.md", "releases/2025/nytt-namn/en.md", "releases/2026/andra/sv.md"
    }  # fmt: skip
    lead = "lead: En ingress.\n"
    expected = RELEASE.replace(lead, f"{lead}moved_from: [/pressmeddelanden/2025/forsta/]\n")
    assert moved["releases/2025/nytt-namn/sv.md"].decode() == expected
    assert moved["releases/2026/andra/sv.md"].decode() == LINKING.replace("2025/forsta", "2025/nytt-namn")
    assert linked.press("check").returncode == 0


def test_there_and_back_again_is_where_it_was(linked):
    before = content(linked)
    linked.press("move", "content/releases/2025/forsta", "--slug", "dit")
    linked.press("move", "content/releases/2025/dit", "--slug", "forsta")
    back = content(linked)
    assert back.keys() == before.keys()
    assert b"moved_from: [/pressmeddelanden/2025/dit/]\n" in back["releases/2025/forsta/sv.md"]
    assert linked.press("check").returncode == 0


def test_feeds_show_nothing_new_and_the_old_address_leads_on(linked, tmp_path):
    before = build(linked.root / "content", tmp_path / "before/output")
    assert linked.press("move", "content/releases/2025/forsta", "--slug", "nytt-namn").returncode == 0
    after = build(linked.root / "content", tmp_path / "after/output")
    feeds = [file.relative_to(before) for file in before.rglob("feed.*")]
    assert len(feeds) >= 12
    for feed in feeds:
        assert entries(before / feed) == entries(after / feed), feed
    for old, new in (("pressmeddelanden", "pressmeddelanden"), ("en/releases", "en/releases")):
        assert f"/{new}/2025/nytt-namn/" in (after / old / "2025/forsta/index.html").read_text(encoding="utf-8")
    for year, id in (("2025", "abcd1234"), ("2026", "llll1234")):
        old, new = (json.loads((folder / f"public/{year}.json").read_bytes()) for folder in (before, after))
        assert old["releases"][id]["content"] == new["releases"][id]["content"], "nobody has been edited"
    assert told(before) == told(after)


def told(folder):
    notices = json.loads((folder / "notices.json").read_bytes())["notices"]
    return {(notice["id"], notice["revision"]) for notice in notices}


def entries(file):
    if file.suffix == ".json":
        items = json.loads(file.read_bytes())["items"]
        return [(item["id"], item["date_published"], item["date_modified"]) for item in items]
    return [(entry.id, entry.published, entry.get("updated")) for entry in feedparser.parse(file.read_bytes()).entries]


def test_a_draft_leaves_no_address_and_may_change_its_year(desk):
    text = RELEASE.replace("published: 2025-03-14T09:34:36+01:00\n", "")
    desk.first.write_text(text, encoding="utf-8")
    answer = desk.press("move", "content/releases/2025/forsta", "--year", "2026")
    assert answer.stdout == "Den ligger nu i content/releases/2026/forsta.\n"
    assert content(desk)["releases/2026/forsta/sv.md"].decode() == text
    assert not (desk.root / "content/releases/2025").exists()


def test_a_text_in_the_wrong_language(desk):
    answer = desk.press("move", "content/releases/2025/forsta/sv.md", "--language", "en")
    assert answer.stdout.splitlines()[0] == "Den ligger nu i content/releases/2025/forsta/en.md."
    assert b"moved_from: [/pressmeddelanden/2025/forsta/]" in content(desk)["releases/2025/forsta/en.md"]
    assert desk.press("check").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["releases/2025/forsta", "--year", "2024"], "Den kan inte flyttas så"),
        (["releases/2025/forsta", "--slug", "sida-2"], "Den kan inte flyttas så"),
        (["releases/2025/forsta", "--slug", "Stora Ord"], "Namnet Stora Ord går inte att använda"),
        (["releases/2025/forsta", "--slug", "forsta"], "Den ligger redan där."),
        (["releases/2025/forsta"], "Den ligger redan där."),
        (["releases/2025/forsta", "--slug", "tagen"], "content/releases/2025/tagen/sv.md finns redan."),
        (["releases/2025/forsta/sv.md", "--language", "en"], "content/releases/2025/forsta/en.md finns redan."),
        (["releases/2025/forsta", "--language", "en"], "Här finns flera språk"),
        (["releases/2025/forsta/en.md", "--language", "de"], "de är inget av pressrummets språk: sv, en."),
        (["releases/2025/ingen", "--slug", "x"], "är inte en text i innehållsmappen"),
        (["newsroom.yaml", "--slug", "x"], "är inte en text i innehållsmappen"),
    ],
)
def test_what_would_break_is_refused_and_nothing_has_moved(linked, arguments, complaint):
    taken = linked.root / "content/releases/2025/tagen/sv.md"
    taken.parent.mkdir()
    taken.write_text(RELEASE.replace("abcd1234", "tttt1234"), encoding="utf-8")
    before = content(linked)
    answer = linked.press("move", f"content/{arguments[0]}", *arguments[1:])
    assert answer.returncode == 2
    assert complaint in answer.stderr
    assert content(linked) == before


def test_the_year_that_it_was_published_in_is_told(linked):
    answer = linked.press("move", "content/releases/2025/forsta", "--year", "2024")
    assert "content/releases/2024/forsta/sv.md:4: " in answer.stderr


def test_an_assignment_moves_too_but_not_a_page(desk):
    file = desk.root / "content/assignments/2026/uppdrag/sv.md"
    page = desk.root / "content/pages/about/sv.md"
    for each, text in ((file, ASSIGNMENT), (page, "---\npublished: 2026-01-01T10:00:00Z\ntitle: Om\n---\nText.\n")):
        each.parent.mkdir(parents=True)
        each.write_text(text, encoding="utf-8")
    assert "En sida kan inte flyttas" in desk.press("move", "content/pages/about", "--slug", "om").stderr
    assert desk.press("move", str(file.relative_to(desk.root)), "--slug", "vatten").returncode == 0
    assert b"moved_from: [/regeringsuppdrag/2026/uppdrag/]" in content(desk)["assignments/2026/vatten/sv.md"]


ASSIGNMENT = """\
---
id: ccccccc1
published: 2026-05-05T10:00:00+02:00
title: Ett uppdrag
issuer: Regeringen
recipient: Provverket
operative: [Gör detta.]
missing: [decision_date, case_number]
---
Bakgrund.
"""


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("id: a\n", "id: a\nmoved_from: [/old/]\n"),
        ("id: a\r\n", "id: a\r\nmoved_from: [/old/]\r\n"),
        ("moved_from: [/a/]\nid: a\n", "moved_from: [/a/, /old/]\nid: a\n"),
        ("moved_from:\n  - /a/\n  - /b/\n\n# id\nid: a\n", "moved_from: [/a/, /b/, /old/]\n\n# id\nid: a\n"),
        ("moved_from:\n- /a/\n", "moved_from: [/a/, /old/]\n"),
        ("moved_from: [/new/]\nid: a\n", "moved_from: [/old/]\nid: a\n"),
        ("#moved_from: []\nid: a\n", "#moved_from: []\nid: a\nmoved_from: [/old/]\n"),
    ],
)
def test_front_matter_is_otherwise_as_it_was_written(front, expected):
    fence = "---\r\n" if "\r" in front else "---\n"
    assert readdressed(f"{fence}{front}{fence}", "sv.md", "old/", "new/") == f"{fence}{expected}{fence}"


def test_the_only_old_address_is_the_new_one():
    assert readdressed("---\nmoved_from: [/new/]\nid: a\n---\n", "sv.md", None, "new/") == "---\nid: a\n---\n"


assert NOW.year == 2026  # the moment of the builds here, and of the desk
