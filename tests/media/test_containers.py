import io
from dataclasses import replace

import pytest
from PIL import Image, IptcImagePlugin

from plugins.media import picture
from plugins.media.containers import Encoded
from plugins.media.label import source_type
from plugins.media.unusable import Reason, UnusableFile
from tests.media.pictures import encoded, pixels
from tests.media.test_label import MADE_BY_ALGORITHM, a_label
from tests.nouns import words


def glass() -> Image.Image:
    image = pixels(500, 300, "RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


SOURCES = {
    "photograph": (encoded(pixels(501, 301)), "JPEG"),
    "grey": (encoded(pixels(501, 301, "L")), "JPEG"),
    "drawing": (encoded(Image.new("RGB", (501, 301), "teal"), "PNG"), "PNG"),
    "glass": (encoded(glass(), "PNG"), "PNG"),
    "seen through drawing": (encoded(Image.new("RGBA", (501, 301), (9, 9, 9, 99)), "PNG"), "PNG"),
    "webp": (encoded(pixels(501, 301), "WEBP"), "WEBP"),
}


def seen(file: Encoded) -> Image.Image:
    image = Image.open(io.BytesIO(file.data))
    image.load()
    return image


def caption(file: Encoded) -> str:
    found = seen(file).getxmp()["xmpmeta"]["RDF"]["Description"]["description"]["Alt"]["li"]
    return str(found[0]["text"])


@pytest.mark.parametrize("name", SOURCES)
def test_a_label_can_be_read_back_from_every_format_and_moves_no_pixel(name: str) -> None:
    for file in picture.read(*SOURCES[name]).encoded():
        once = file.labelled(a_label(caption="Smörgås <&> 🙂", source_type=MADE_BY_ALGORITHM))
        assert caption(once) == "Smörgås <&> 🙂"
        assert seen(once).tobytes() == seen(file).tobytes()
        assert seen(once).mode == seen(file).mode
        assert source_type(seen(once).info["xmp"]) == MADE_BY_ALGORITHM


@pytest.mark.parametrize("name", SOURCES)
def test_another_label_replaces_the_first_without_trace(name: str) -> None:
    for file in picture.read(*SOURCES[name]).encoded():
        first, second = a_label(caption="Den första texten, som är längre."), a_label(caption="Den andra.")
        assert file.labelled(first).labelled(second) == file.labelled(second)


def test_a_jpeg_carries_iim_for_older_programs() -> None:
    file = picture.read(*SOURCES["photograph"]).encoded()[-1].labelled(a_label(caption="Två räkor, å"))
    found = IptcImagePlugin.getiptcinfo(seen(file))
    assert found is not None
    assert found[1, 90] == b"\x1b%G"
    assert found[2, 120] == "Två räkor, å".encode()


def test_the_sizes_within_the_files_are_right() -> None:
    for extra in ("", "e"):  # odd and even lengths are padded differently
        for file in picture.read(*SOURCES["drawing"]).encoded():
            data = file.labelled(a_label(caption=f"Text{extra}")).data
            if file.media_type == "image/webp":
                assert int.from_bytes(data[4:8], "little") + 8 == len(data)
                assert len(data) % 2 == 0
            else:
                image = Image.open(io.BytesIO(data))
                image.verify()  # checks every chunk's checksum


def test_words_that_no_jpeg_can_hold_are_refused() -> None:
    file = picture.read(*SOURCES["photograph"]).encoded()[-1]
    with pytest.raises(UnusableFile) as caught:
        file.labelled(a_label(usage=words("x" * 66_000)))
    assert caught.value.reason is Reason.LONG_TEXTS


def test_a_label_changes_nothing_but_the_bytes() -> None:
    file = picture.read(*SOURCES["webp"]).encoded()[0]
    assert replace(file.labelled(a_label()), data=file.data) == file
