"""`press correct`: what an edit was, and the old wording beside the new."""

import http.server
import shutil
import socketserver
import threading
from functools import partial

import pytest

from plugins.desk.writing import correct as correcting
from plugins.desk.writing.correct import with_correction
from plugins.newsroom import Correction, CorrectionKind, Rewording
from tests.building import NOW, build
from tests.desk.conftest import ASSIGNMENT, NEWSROOM, RELEASE

TEXT = RELEASE.replace("En brödtext.", "Vi har 300 fall.\n\n## Mellanrubrik\n\nEtt stycke till.")


@pytest.fixture
def public(desk, tmp_path, monkeypatch):
    """A project with a release that was built, and is nowhere else."""
    desk.first.write_text(TEXT, encoding="utf-8")
    shutil.copytree(build(desk.root / "content", tmp_path / "built/output"), desk.root / "output")
    monkeypatch.setattr(correcting, "_live", lambda url: None)
    return desk


def test_the_passages_that_differ_are_written_down(public):
    edited = TEXT.replace("300 fall", "200 fall").replace("## Mellanrubrik\n\nEtt stycke till.", "- Sist.")
    public.first.write_text(edited, encoding="utf-8")
    answer = public.press("correct", "content/releases/2025/forsta/sv.md", "Antalet var fel.")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines() == [
        "Skrivet under corrections i content/releases/2025/forsta/sv.md.",
        "  - Vi har 300 fall.",
        "  + Vi har 200 fall.",
        "  - Mellanrubrik",
        "  + - Sist.",
        "  - Ett stycke till.",
        "  + ",
        "Läsarna får se båda lydelserna. Ta bort ur changes det som ingen ska läsa igen.",
    ]
    assert public.press("check").stdout == "Inga fel i 2 filer.\n"
    page = build(public.root / "content", public.root / "again/output") / "pressmeddelanden/2025/forsta/index.html"
    html = page.read_text(encoding="utf-8")
    assert "300</del>" in html and "200</ins>" in html


def test_what_the_public_site_says_goes_before_what_was_built_here(desk, tmp_path):
    with socketserver.TCPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "output")) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        newsroom = desk.root / "content/newsroom.yaml"
        url = f"http://127.0.0.1:{server.server_address[1]}"
        newsroom.write_text(NEWSROOM.replace("https://press.example.org", url), encoding="utf-8")
        build(desk.root / "content", tmp_path / "output")
        desk.first.write_text(RELEASE.replace("En brödtext", "Ingen brödtext"), encoding="utf-8")
        build(desk.root / "content", desk.root / "output", cache=tmp_path / "cache")
        answer = desk.press("correct", "content/releases/2025/forsta", "Det var ingen.")
        server.shutdown()
    assert "  - En brödtext.\n  + Ingen brödtext.\n" in answer.stdout, answer.stderr


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_a_typo_is_silent_and_shows_nothing(public):
    public.first.write_text(TEXT.replace("fall", "fal"), encoding="utf-8")
    assert public.press("correct", "content/releases/2025/forsta", "Skrivfel.", "--kind", "typo").returncode == 0
    assert "changes" not in public.first.read_text(encoding="utf-8")


def test_without_what_is_public_only_the_note_is_written(public):
    shutil.rmtree(public.root / "output")
    answer = public.press("correct", "content/releases/2025/forsta", "Antalet var fel.")
    assert "gick inte att nå" in answer.stdout
    assert 'text: "Antalet var fel."' in public.first.read_text(encoding="utf-8")


def test_a_translation_follows_its_original(public):
    english = public.first.with_name("en.md")
    english.write_text("---\ntitle: First\nlead: A lead.\nof_revision: 1\n---\n\nA body.\n", encoding="utf-8")
    refused = public.press("correct", "content/releases/2025/forsta/en.md", "Wrong number.")
    assert refused.stderr == "Rätta originalet först; en översättning säger bara samma sak på sitt språk.\n"
    public.press("correct", "content/releases/2025/forsta", "Antalet var fel.", PRESSROOM_NOW="2026-11-20T08:00:00Z")
    assert public.press("correct", "content/releases/2025/forsta/en.md", "Wrong number.").returncode == 0
    assert "at: 2026-11-20T09:00:00+01:00" in english.read_text(encoding="utf-8")


def test_an_assignment_is_corrected_as_a_release_is(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(correcting, "_live", lambda url: None)
    file = desk.root / "content/assignments/2025/uppdrag/sv.md"
    file.parent.mkdir(parents=True)
    file.write_text(ASSIGNMENT, encoding="utf-8")
    shutil.copytree(build(desk.root / "content", tmp_path / "built/output"), desk.root / "output")
    edited = ASSIGNMENT.replace("minst 40", "minst 50").replace("date: 2026-03-01", "date: 2026-04-01")
    file.write_text(edited, encoding="utf-8")
    answer = desk.press("correct", "content/assignments/2025/uppdrag", "Antalet var fel.")
    assert "  - Pröva minst 40 saker.\n  + Pröva minst 50 saker.\n" in answer.stdout, answer.stderr
    assert "  - 1 mars 2026: Redovisa (Regeringen)\n  + 1 april 2026: Redovisa (Regeringen)\n" in answer.stdout
    page = build(desk.root / "content", desk.root / "again/output") / "regeringsuppdrag/2025/uppdrag/index.html"
    html = page.read_text(encoding="utf-8")
    assert "Antalet var fel." in html and "40</del>" in html and "50</ins>" in html
    (told,) = desk.press("status", "--json").json["texts"][:1]
    assert (told["stage"], told["file"]) == ("corrected", "content/assignments/2025/uppdrag/sv.md")


def test_what_is_no_public_text_is_refused(public):
    before = public.first.read_bytes()
    for name in ("content/releases/2025/ingen", "content/newsroom.yaml"):
        assert "är varken ett publikt meddelande eller ett publikt uppdrag" in public.press("correct", name, "x").stderr
    assert public.first.read_bytes() == before


CHANGES = (Rewording(before="a", after=""),)
ENTRY = Correction(at=NOW, kind=CorrectionKind.CORRECTION, text='Ett "nytt": tal', changes=CHANGES)
BLOCK = """\
corrections:
  - at: 2026-11-22T12:00:00+00:00
    kind: correction
    text: "Ett \\"nytt\\": tal"
    changes:
      - before: "a"
        after: ""
"""
OLD = "{at: 2025-01-01T00:00:00Z, kind: typo, text: x}"
FLOW = (
    '{at: 2026-11-22T12:00:00+00:00, kind: correction, text: "Ett \\"nytt\\": tal", '
    'changes: [{before: "a", after: ""}]}'
)


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("id: a\n", f"id: a\n{BLOCK}"),
        ("corrections:\nid: a\n", f"id: a\n{BLOCK}"),
        (f"corrections:\n  - {OLD}\nid: a\n", f"corrections:\n  - {OLD}\n{BLOCK.partition(chr(10))[2]}id: a\n"),
        (f"corrections: [{OLD}]\n# b\nid: a\n", f"corrections: [{OLD}, {FLOW}]\n# b\nid: a\n"),
    ],
)
def test_the_entry_goes_where_entries_are(front, expected):
    assert with_correction(f"---\n{front}---\nText.\n", "sv.md", ENTRY) == f"---\n{expected}---\nText.\n"
