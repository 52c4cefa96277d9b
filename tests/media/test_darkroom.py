import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow
from PIL import IptcImagePlugin

from plugins.media import darkroom as module
from plugins.media import picture
from plugins.media.darkroom import Darkroom
from plugins.media.unusable import Reason, UnusableFile
from plugins.newsroom import File, Image
from tests.media.pictures import SERIAL, a_photo, a_zip, as_a_camera_writes, encoded, pixels
from tests.media.test_label import MADE_BY_ALGORITHM, a_label
from tests.nouns import terms

ADDRESS = "pressmeddelanden/2031/ett-exempel/"


def develop(darkroom: Darkroom, source: Path, address: str = ADDRESS, **changes: Any) -> Image:
    words: dict[str, Any] = {
        "language": "sv",
        "alt": "En hand som håller ett provrör",
        "caption": "Prov tas.",
        "credit": "Kim Exempelsson",
        "terms": terms(),
        **changes,
    }
    return darkroom.develop(source, address=address, **words)


def files(image: Image) -> tuple[File, ...]:
    return (*image.renditions, image.original)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def darkroom(cache: Path) -> Darkroom:
    return Darkroom(cache, "https://press.example.se/bilder/")


def test_a_photo_is_published_in_its_sizes_beside_its_release(darkroom: Darkroom, tmp_path: Path) -> None:
    image = develop(darkroom, a_photo(tmp_path, "bild.jpg", 1200, 800))
    assert [(r.address.removeprefix(ADDRESS), r.media_type, r.width, r.height) for r in image.renditions] == [
        ("bild-480.webp", "image/webp", 480, 320),
        ("bild-480.jpg", "image/jpeg", 480, 320),
        ("bild-960.webp", "image/webp", 960, 640),
        ("bild-960.jpg", "image/jpeg", 960, 640),
        ("bild-1200.webp", "image/webp", 1200, 800),
        ("bild-1200.jpg", "image/jpeg", 1200, 800),
    ]
    assert (image.original.address, image.original.width) == (ADDRESS + "bild.jpg", 1200)
    assert (image.file, image.language, image.alt) == ("bild.jpg", "sv", "En hand som håller ett provrör")
    assert image.web.address == ADDRESS + "bild-1200.jpg"


def test_what_is_said_of_a_file_is_true(darkroom: Darkroom, tmp_path: Path) -> None:
    for file in files(develop(darkroom, a_photo(tmp_path))):
        data = file.source.read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.bytes, file.sha256)
        with Pillow.open(file.source) as found:
            assert Pillow.MIME[str(found.format)] == file.media_type


@pytest.mark.parametrize(
    ("name", "original"),
    [("a.jpeg", "a.jpeg"), ("A.JPG", "A.JPG"), ("a.b.png", "a.b.png"), ("a.webp", "a.webp"), ("a.tif", "a.jpg")],
)
def test_the_original_keeps_its_name_but_for_tiff(darkroom: Darkroom, tmp_path: Path, name: str, original: str) -> None:
    assert develop(darkroom, a_photo(tmp_path, name)).original.address == ADDRESS + original


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_every_published_file_is_cleaned_and_labelled(darkroom: Darkroom, tmp_path: Path, name: str) -> None:
    source = a_photo(tmp_path, name, exif=as_a_camera_writes())
    assert SERIAL.encode() in source.read_bytes()
    image = develop(darkroom, source, terms=terms(url="https://press.example.se/villkor"))
    assert image.original.height > image.original.width
    for file in files(image):
        assert SERIAL.encode() not in file.source.read_bytes()
        with Pillow.open(file.source) as found:
            assert not found.getexif()
            about = found.getxmp()["xmpmeta"]["RDF"]["Description"]
            assert about["AltTextAccessibility"]["Alt"]["li"][0]["text"] == "En hand som håller ett provrör"
            assert about["Credit"] == "Kim Exempelsson"
            assert about["WebStatement"] == "https://press.example.se/villkor"
            assert about["Licensor"]["Seq"]["li"]["LicensorURL"] == "https://press.example.se/bilder/"
            if file.media_type == "image/jpeg":
                iim = IptcImagePlugin.getiptcinfo(found)
                assert iim is not None
                assert iim[2, 120] == b"Prov tas."


def test_terms_without_an_address_are_stated_on_the_rooms_own_page(darkroom: Darkroom, tmp_path: Path) -> None:
    with Pillow.open(develop(darkroom, a_photo(tmp_path)).original.source) as found:
        about = found.getxmp()["xmpmeta"]["RDF"]["Description"]
    assert about["WebStatement"] == "https://press.example.se/bilder/"


def test_a_picture_made_by_an_algorithm_goes_on_saying_so(darkroom: Darkroom, tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    source.write_bytes(encoded(pixels(), xmp=a_label(source_type=MADE_BY_ALGORITHM, alt=SERIAL).xmp()))
    for caption in ("En text.", "En annan text."):
        for file in files(develop(Darkroom(tmp_path / "cache"), source, caption=caption)):
            assert MADE_BY_ALGORITHM.encode() in file.source.read_bytes()
            assert SERIAL.encode() not in file.source.read_bytes()


def test_equal_pictures_and_words_make_equal_bytes_anywhere(tmp_path: Path) -> None:
    source = a_photo(tmp_path)
    one, other = (develop(Darkroom(tmp_path / name), source) for name in ("one", "other"))
    assert one == replace(
        other,
        original=replace(other.original, place=one.original.place),
        renditions=tuple(replace(b, place=a.place) for a, b in zip(one.renditions, other.renditions, strict=True)),
    )
    assert one.input == other.input


class Counter:
    """Counts how often pixels are encoded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        self._encoded = picture.Picture.encoded
        monkeypatch.setattr(picture.Picture, "encoded", self._counted)

    @property
    def _counted(self) -> Any:
        def encoded(made: picture.Picture) -> Any:
            self.times += 1
            return self._encoded(made)

        return encoded


@pytest.fixture
def encodings(monkeypatch: pytest.MonkeyPatch) -> Counter:
    return Counter(monkeypatch)


def test_pixels_are_encoded_once_whatever_happens_to_names_and_words(
    cache: Path, tmp_path: Path, encodings: Counter
) -> None:
    source = a_photo(tmp_path)
    first = develop(Darkroom(cache), source)
    assert develop(Darkroom(cache), source) == first
    moved = develop(Darkroom(cache), source.rename(tmp_path / "nytt-namn.jpg"), "pressmeddelanden/2031/annan/")
    assert moved.original.source == first.original.source
    words = {"caption": "En ny text.", "alt": "Ett provrör", "language": "en"}
    again = develop(Darkroom(cache), tmp_path / "nytt-namn.jpg", **words)
    assert encodings.times == 1
    assert again.original.sha256 != first.original.sha256
    afresh = develop(Darkroom(tmp_path / "another"), tmp_path / "nytt-namn.jpg", **words)
    assert [file.sha256 for file in files(again)] == [file.sha256 for file in files(afresh)]


def test_other_pixels_or_another_pillow_are_encoded_anew(
    cache: Path, tmp_path: Path, encodings: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    develop(Darkroom(cache), a_photo(tmp_path))
    develop(Darkroom(cache), a_photo(tmp_path, height=801))
    monkeypatch.setattr("PIL.__version__", "99.0")
    develop(Darkroom(cache), a_photo(tmp_path, height=801))
    assert encodings.times == 3


def test_a_damaged_file_in_the_cache_is_made_again(cache: Path, tmp_path: Path, encodings: Counter) -> None:
    source = a_photo(tmp_path)
    first = develop(Darkroom(cache), source)
    good = first.renditions[0].source.read_bytes()
    first.renditions[0].source.write_bytes(good[:-1])
    assert develop(Darkroom(cache), source) == first
    assert first.renditions[0].source.read_bytes() == good
    assert encodings.times == 2


def test_pruning_keeps_what_this_darkroom_used(cache: Path, tmp_path: Path, encodings: Counter) -> None:
    kept, gone = a_photo(tmp_path, "kept.png", 500), a_photo(tmp_path, "gone.png", 400)
    for source in (kept, gone):
        develop(Darkroom(cache), source)
    today = Darkroom(cache)
    image = develop(today, kept)
    today.prune()
    assert all(file.source.exists() for file in files(image))
    assert len(list(cache.glob("*/*/original.png"))) == 1


def test_a_refused_picture_leaves_nothing(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    with pytest.raises(UnusableFile):
        develop(Darkroom(cache), tmp_path / "a.jpg")
    assert not cache.exists()


def test_a_picture_found_in_the_cache_is_still_refused_under_the_wrong_name(darkroom: Darkroom, tmp_path: Path) -> None:
    source = a_photo(tmp_path, "a.jpg")
    develop(darkroom, source)
    with pytest.raises(UnusableFile, match="does not match"):
        develop(darkroom, source.rename(tmp_path / "a.png"))


def test_two_files_never_get_the_same_address(darkroom: Darkroom, tmp_path: Path) -> None:
    develop(darkroom, a_photo(tmp_path, "bild.jpg"))
    develop(darkroom, tmp_path / "bild.jpg")
    develop(darkroom, a_photo(tmp_path, "bild.png"), "pressmeddelanden/2031/annan/")
    with pytest.raises(UnusableFile) as caught:
        develop(darkroom, tmp_path / "bild.png")
    assert caught.value.reason is Reason.SAME_NAME


def test_names_that_some_file_systems_hold_equal_are_equal(darkroom: Darkroom, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ett")
    (tmp_path / "A.TXT").write_text("två")
    darkroom.attach(tmp_path / "a.txt", address=ADDRESS, title="Ett")
    with pytest.raises(UnusableFile):
        darkroom.attach(tmp_path / "A.TXT", address=ADDRESS, title="Två")


def test_a_document_is_published_as_it_is(darkroom: Darkroom, tmp_path: Path) -> None:
    source = tmp_path / "bilaga.zip"
    source.write_bytes(a_zip(a_dot_txt=b"text"))
    document = darkroom.attach(source, address=ADDRESS, title="Bilagan")
    assert (document.title, document.file) == ("Bilagan", "bilaga.zip")
    assert document.download == File(
        address=ADDRESS + "bilaga.zip",
        media_type="application/zip",
        bytes=len(source.read_bytes()),
        sha256=hashlib.sha256(source.read_bytes()).hexdigest(),
        place=str(source),
    )


def test_files_that_are_missing_empty_or_too_large_are_refused(
    darkroom: Darkroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def picture_refusal(name: str) -> Reason:
        with pytest.raises(UnusableFile) as caught:
            develop(darkroom, tmp_path / name)
        return caught.value.reason

    def document_refusal(name: str) -> Reason:
        with pytest.raises(UnusableFile) as caught:
            darkroom.attach(tmp_path / name, address=ADDRESS, title="Titel")
        return caught.value.reason

    (tmp_path / "folder.jpg").mkdir()
    for name in ("empty.jpg", "empty.pdf"):
        (tmp_path / name).touch()
    for name, size in (("large.jpg", module.MOST_PICTURE_BYTES), ("large.pdf", module.MOST_DOCUMENT_BYTES)):
        (tmp_path / name).touch()
        os.truncate(tmp_path / name, size + 1)  # a sparse file: it takes no room
    assert picture_refusal("missing.jpg") is picture_refusal("folder.jpg") is Reason.UNREADABLE
    assert document_refusal("missing.pdf") is Reason.UNREADABLE
    assert picture_refusal("empty.jpg") is document_refusal("empty.pdf") is Reason.EMPTY
    assert picture_refusal("large.jpg") is Reason.PICTURE_BYTES
    assert document_refusal("large.pdf") is Reason.DOCUMENT_BYTES
    assert picture_refusal("drawing.svg") is picture_refusal("moving.gif") is Reason.PICTURE_KIND
