"""A new release: its address, and a file that a press officer can go on with."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.desk.writing import new
from plugins.desk.writing.new import HINTS, SLUG_LENGTH, slug
from plugins.reading.manuscripts import frontmatter
from plugins.reading.manuscripts.plain import SLUG
from plugins.reading.manuscripts.schema import ReleaseShape


@given(st.text())
def test_any_headline_gives_a_slug_that_content_may_have_or_none(headline):
    answer = slug(headline)
    assert answer == "" or (re.fullmatch(SLUG, answer) and len(answer) <= SLUG_LENGTH)


@given(st.lists(st.from_regex(r"[a-zåäö]{1,20}", fullmatch=True), min_size=1, max_size=20))
def test_a_slug_keeps_whole_words(words):
    plain = [slug(word) for word in words]
    kept = slug(" ".join(words)).split("-")
    assert kept == plain[: len(kept)]


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("Nya regler för särläkemedel på Åland", "nya-regler-for-sarlakemedel-pa-aland"),
        ("Café & crème: 10 % dyrare", "cafe-creme-10-dyrare"),
        ("  «Stopp»!  ", "stopp"),
        ("Søren Æ. Straße", "soren-ae-strasse"),
        ("新闻", ""),
        ("a" * 200, "a" * SLUG_LENGTH),
    ],
)
def test_slugs_of_headlines(headline, expected):
    assert slug(headline) == expected


def test_every_key_of_a_release_has_a_hint_and_a_line():
    assert list(HINTS) == list(ReleaseShape.model_fields)
    assert set(new._WRITTEN) | set(new._EXAMPLES) == set(HINTS)
    assert not set(new._WRITTEN) & set(new._EXAMPLES)


def made(desk, *arguments):
    answer = desk.press("new", *arguments)
    assert answer.returncode == 0, answer.stderr
    return desk.root / re.search(r"content/releases/\S+\.md", answer.stdout)[0]


def test_a_new_release_is_a_draft_that_lacks_its_lead_only(desk):
    file = made(desk, "Nya regler: från i dag")
    assert file.relative_to(desk.root).as_posix() == "content/releases/2026/nya-regler-fran-i-dag/sv.md"
    shown = file.relative_to(desk.root).as_posix()
    line = file.read_text(encoding="utf-8").splitlines().index("lead:") + 1
    checked = desk.press("check")
    assert checked.stdout.startswith(f"{shown}:{line}: lead ")
    assert len(checked.stdout.splitlines()) == 1
    file.write_text(file.read_text(encoding="utf-8").replace("lead:", "lead: Nu.") + "Text.\n", encoding="utf-8")
    assert desk.press("check").stdout == "Inga fel i 3 filer.\n"


def test_every_hinted_line_holds_when_its_sign_is_taken_away_and_what_is_empty_is_written(desk):
    file = made(desk, 'Om "citat" och: kolon')
    text = re.sub(r"(?m)^#(?! )|^#(?=  )", "", file.read_text(encoding="utf-8"))
    text = text.replace("url:", "url: https://www.example.org/").replace("- file:", "- file: a.jpg")
    text = re.sub(r"(?m)^( *(?:- )?(?:lead|case_number|alt|caption|credit|title|text|reason):)$", r"\1 Ord", text)
    read = frontmatter.read(text.encode(), "sv.md")
    assert set(read.front) == set(HINTS)
    shape = ReleaseShape.model_validate(read.front)
    assert shape.title == 'Om "citat" och: kolon'
    assert shape.published.isoformat() == "2026-11-23T09:00:00+01:00"
    assert shape.corrections[0].at.isoformat() == "2026-11-22T13:00:00+01:00"
    assert (shape.keywords, shape.contacts, shape.images[0].terms) == (("prov",), ("presstjansten",), "fri")


def test_nothing_that_is_left_empty_could_be_published(desk):
    file = made(desk, "Rubrik")
    text = re.sub(r"(?m)^#(?! )|^#(?=  )", "", file.read_text(encoding="utf-8"))
    file.write_text(text + "Text.\n", encoding="utf-8")
    told = desk.press("check").stdout
    for key in ("lead", "images.1.file", "images.1.alt", "documents.1.title", "links.1.url", "withdrawn.reason"):
        assert f"{key} saknas och måste anges" in told


def test_the_same_headline_twice_makes_two_releases_with_ids_of_their_own(desk):
    first, second = made(desk, "Samma rubrik"), made(desk, "Samma rubrik")
    assert (first.parent.name, second.parent.name) == ("samma-rubrik", "samma-rubrik-2")
    ids = [re.search(r"(?m)^id: ([a-z0-9]{8})$", file.read_text(encoding="utf-8"))[1] for file in (first, second)]
    assert ids[0] != ids[1]


def test_type_and_language_are_chosen_among_the_newsrooms(desk):
    file = made(desk, "News", "--type", "nyhet", "--language", "en")
    assert file.name == "en.md"
    assert "\ntype: nyhet\n" in file.read_text(encoding="utf-8")
    for option, value in (("--type", "novell"), ("--language", "fi")):
        refused = desk.press("new", "X", option, value)
        assert refused.returncode == 2
        assert value in refused.stderr
    assert "Välj bland: pressmeddelande, nyhet." in desk.press("new", "X", "--type", "novell").stderr


def test_a_headline_of_nothing_is_refused_and_invisible_characters_go(desk):
    assert desk.press("new", " \u200b ").stderr == "Rubriken är tom.\n"
    file = made(desk, "Två\u202e\nrader")
    assert 'title: "Två rader"' in file.read_text(encoding="utf-8")


def test_a_release_can_be_begun_while_other_content_is_faulty(desk):
    (desk.root / "content/newsroom.yaml").write_text("url: [", encoding="utf-8")
    assert made(desk, "Ändå").is_file()
