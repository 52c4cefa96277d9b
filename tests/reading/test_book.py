"""A year's folders in a book: opened, they are what they were; as one, all that they hold together."""

from dataclasses import replace

import pytest

from plugins.newsroom.keeping import packed, unpacked
from plugins.reading.memory.book import KINDS, bound
from plugins.reading.memory.remembered import Remembered
from plugins.reading.survey import Survey
from tests.nouns import a_page, a_release, an_image, with_translation

SHARED = [a_release().type]
TEXTS = {
    "b": with_translation(a_release(id="bbbb2222", type=SHARED[0])),
    "a": [a_release(id="aaaa1111", images=(an_image(),), body_digest="other")],
    "c": [a_page(body_digest="third")],
}
LED = {"b": (("pages/about/sv.md", "om/"),), "a": (("x/sv.md", "x/"),)}


@pytest.fixture
def year(tmp_path):
    """Answer a folder in which the texts lie."""
    year = tmp_path / "releases/2031"
    for slug, texts in TEXTS.items():
        for text in texts:
            (year / slug).mkdir(parents=True, exist_ok=True)
            (year / slug / f"{text.language}.md").write_text(text.title, encoding="utf-8")
    return year


def survey_of(year):
    return Survey.of([year.parent.parent])


def a_folder(year, slug):
    path = f"releases/2031/{slug}"
    read = tuple(replace(text, source=f"{path}/{text.language}.md") for text in TEXTS[slug])
    digests = {f"{text.language}.md": f"digest of {slug}/{text.language}" for text in read}
    seen = survey_of(year).stamps(str(year))
    stamps = {path: seen[path] for path in (str(year / slug), *(str(year / slug / name) for name in digests))}
    galleys = {text.body_digest: f"place of {slug}" for text in read}
    return Remembered(path, read, LED.get(slug, ()), galleys, digests, stamps)


@pytest.fixture
def folders(year):
    return [a_folder(year, slug) for slug in TEXTS]


def a_book(year, folders):
    book = bound(str(year), folders, survey_of(year), SHARED)
    return unpacked("m", packed("m", book, KINDS, SHARED), KINDS, SHARED)


@pytest.fixture
def book(year, folders):
    return a_book(year, folders)


def test_the_folders_come_out_as_they_went_in(book, folders):
    assert book.folders(SHARED) == {folder.path: folder for folder in folders}


def test_as_one_they_hold_what_they_hold_together(book, folders):
    year = book.as_one("releases/2031", SHARED)
    assert {text.source for text in year.read} == {text.source for folder in folders for text in folder.read}
    assert year.led == (("pages/about/sv.md", "om/"), ("x/sv.md", "x/"))
    assert year.galleys == {digest: place for folder in folders for digest, place in folder.galleys.items()}
    assert len(list(year.pictures)) == 1
    assert year.latest == book.latest == max(folder.latest for folder in folders)


def test_it_is_as_left_as_long_as_nothing_in_the_year_is_otherwise(book, year):
    def is_left(relied_on=book.youngest + 1):
        return book.is_as_left(survey_of(year).digest(str(year)), relied_on)

    assert is_left()
    assert not is_left(relied_on=book.youngest)
    (year / "a/sv.md").write_text("aaaa3333", encoding="utf-8")
    assert not is_left()


@pytest.mark.parametrize("name", ["d/sv.md", "d/x.png", "sv.md"])
def test_a_year_of_which_not_all_is_remembered_is_never_as_left(name, year, folders):
    """A draft among them may be published by the clock alone."""
    (year / name).parent.mkdir(exist_ok=True)
    (year / name).write_bytes(b"")
    book = a_book(year, folders)
    assert not book.is_as_left(survey_of(year).digest(str(year)), book.youngest + 1)


def test_what_can_hold_no_text_may_lie_beside_the_folders(year, folders):
    for name in (".DS_Store", ".sv.md", "list.txt"):
        (year / name).write_bytes(b"")
    book = a_book(year, folders)
    assert book.is_as_left(survey_of(year).digest(str(year)), book.youngest + 1)
