"""A year's folders in a book: opened, they are what they were; as one, all that they hold together."""

from dataclasses import replace

import pytest

from plugins.newsroom.keeping import packed, unpacked
from plugins.reading.book import KINDS, bound, stamped
from plugins.reading.remembered import Remembered
from tests.nouns import a_page, a_release, an_image, with_translation

CONTENT = "/somewhere/content"
SHARED = [a_release().type]


def a_folder(slug, *texts, led=()):
    path = f"releases/2031/{slug}"
    named = [f"{text.language}.md" for text in texts]
    read = tuple(replace(text, source=f"{path}/{name}") for text, name in zip(texts, named, strict=True))
    digests = {name: f"digest of {slug}/{name}" for name in named}
    stamps = {file: (0o100644, len(file), number) for number, file in enumerate(stamped(CONTENT, path, digests))}
    galleys = {text.body_digest: f"place of {slug}" for text in read}
    return Remembered(path, read, tuple(led), galleys, digests, stamps)


FOLDERS = [
    a_folder("b", *with_translation(a_release(id="bbbb2222", type=SHARED[0])), led=[("pages/about/sv.md", "om/")]),
    a_folder("a", a_release(id="aaaa1111", images=(an_image(),), body_digest="other"), led=[("x/sv.md", "x/")]),
    a_folder("c", a_page(body_digest="third")),
]
STAMPS = {file: stamp for folder in FOLDERS for file, stamp in folder.stamps.items()}


@pytest.fixture
def book():
    return unpacked("m", packed("m", bound(FOLDERS, SHARED), KINDS, SHARED), KINDS, SHARED)


def test_the_folders_come_out_as_they_went_in(book):
    assert book.folders(CONTENT, SHARED) == {folder.path: folder for folder in FOLDERS}
    assert book.names == {"a", "b", "c"}


def test_as_one_they_hold_what_they_hold_together(book):
    year = book.as_one("releases/2031", SHARED)
    assert {text.source for text in year.read} == {text.source for folder in FOLDERS for text in folder.read}
    assert year.led == (("pages/about/sv.md", "om/"), ("x/sv.md", "x/"))
    assert year.galleys == {digest: place for folder in FOLDERS for digest, place in folder.galleys.items()}
    assert len(list(year.pictures)) == 1
    assert year.latest == book.latest == max(folder.latest for folder in FOLDERS)


def test_it_is_as_left_as_long_as_every_stamp_is_the_same_and_old_enough(book):
    assert book.is_as_left({**STAMPS, "something else": (0, 0, 99)}, relied_on=3)
    assert not book.is_as_left(STAMPS, relied_on=2)
    for file, (mode, size, modified) in STAMPS.items():
        assert not book.is_as_left({**STAMPS, file: (mode, size, modified + 1)}, relied_on=9)
        assert not book.is_as_left({path: stamp for path, stamp in STAMPS.items() if path != file}, relied_on=9)
