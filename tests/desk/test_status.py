"""`press status`: what isn't simply public, and why."""

from tests.desk.conftest import RELEASE

ENGLISH = "---\ntitle: First\nlead: A lead.\nof_revision: 1\n---\n\nA body.\n"
CORRECTED = "corrections: [{at: 2025-03-15T10:00:00+01:00, kind: correction, text: Fel siffra.}]\nlead:"
WITHDRAWN = "withdrawn: {at: 2025-03-16T10:00:00+01:00, kind: withdrawn, reason: Fel.}\nlead:"
IMAGE = "images: [{file: bild.jpg, alt: En bild, caption: Text}]\nlead:"


def add(desk, slug, id, published="2025-03-14T09:34:36+01:00", lead="lead:"):
    text = RELEASE.replace("abcd1234", id).replace("lead:", lead).replace("Första", slug)
    line = f"published: {published}\n" if published else ""
    text = text.replace("published: 2025-03-14T09:34:36+01:00\n", line)
    file = desk.root / "content/releases" / (published or "2026")[:4] / slug / "sv.md"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_everything_at_once(desk):
    add(desk, "utkast", "draft000", published=None)
    add(desk, "bildlost", "picture0", published=None, lead=IMAGE)
    add(desk, "senare", "later000", published="2031-05-04T10:00:00+02:00")
    add(desk, "rattat", "correct0", lead=CORRECTED).with_name("en.md").write_text(ENGLISH, encoding="utf-8")
    add(desk, "aterkallat", "withdra0", lead=WITHDRAWN)
    told = desk.press("status", "--json").json
    assert [(text["stage"], text["file"].split("/")[-2:], text["at"]) for text in told["texts"]] == [
        ("draft", ["bildlost", "sv.md"], None),
        ("draft", ["utkast", "sv.md"], None),
        ("embargoed", ["senare", "sv.md"], "2031-05-04T08:00:00Z"),
        ("withdrawn", ["aterkallat", "sv.md"], "2025-03-16T09:00:00Z"),
        ("corrected", ["rattat", "en.md"], "2025-03-15T09:00:00Z"),
        ("corrected", ["rattat", "sv.md"], "2025-03-15T09:00:00Z"),
        ("public", ["forsta", "sv.md"], "2025-03-14T08:34:36Z"),
    ]
    assert told["counts"] == {"draft": 2, "embargoed": 1, "public": 1, "corrected": 2, "withdrawn": 1}
    assert told["next"] == "2031-05-04T08:00:00Z"
    by_slug = {text["file"].removeprefix("content/releases/")[5:]: text for text in told["texts"]}
    assert by_slug["bildlost/sv.md"]["pictures"] == [{"file": "bild.jpg", "lacks": ["credit", "terms"]}]
    assert {fault["line"] for fault in by_slug["bildlost/sv.md"]["faults"]} == {5}
    assert by_slug["rattat/en.md"]["behind"] == {"of_revision": 1, "revision": 2}
    assert by_slug["rattat/sv.md"]["behind"] is None

    said = desk.press("status", COLUMNS="150").stdout
    for words in (
        "Bilden bild.jpg saknar fotograf, villkor.",
        "Översättningen är av version 1; originalet har version 2.",
        "spärrat     4 maj 2031 kl.\N{NO-BREAK SPACE}10.00",
        "content/releases/2025/aterkallat/sv.md",
        "utkast 2, spärrat 1, publikt 1, rättat 2, återkallat 1",
        "Härnäst: 4 maj 2031 kl.\N{NO-BREAK SPACE}10.00  content/releases/2031/senare/sv.md blir offentlig.",
    ):
        assert words in said
    assert "content/releases/2025/forsta" not in said, "what is simply public is only counted"


def test_all_is_well(desk):
    answer = desk.press("status")
    assert answer.stdout.splitlines() == [
        "utkast 0, spärrat 0, publikt 1, rättat 0, återkallat 0",
        "Härnäst: Inget kommer att ändras av sig självt.",
    ]


def test_faults_in_what_is_public_are_told(desk):
    desk.first.write_text(RELEASE.replace("title:", "titel:"), encoding="utf-8")
    answer = desk.press("status")
    assert answer.returncode == 1
    assert answer.stderr.startswith("content/releases/2025/forsta/sv.md:")
