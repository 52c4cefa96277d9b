import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageStat

from plugins.media import picture
from plugins.media.unusable import Reason, UnusableFile
from tests.media.pictures import SERIAL, as_a_camera_writes, encoded, pixels

SMALL = {
    kind: encoded(pixels(90, 60), kind, exif=as_a_camera_writes()) for kind in ("JPEG", "PNG", "WEBP", "TIFF")
}


def seen(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def refusal(data: bytes, kind: str = "JPEG") -> Reason:
    with pytest.raises(UnusableFile) as caught:
        picture.read(data, kind)
    return caught.value.reason


def a_png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that say they are a very large picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "names"),
    [
        (300, ["300.webp", "300.jpg", "original.jpg"]),
        (480, ["480.webp", "480.jpg", "original.jpg"]),
        (700, ["480.webp", "480.jpg", "700.webp", "700.jpg", "original.jpg"]),
        (1600, ["480.webp", "480.jpg", "960.webp", "960.jpg", "1600.webp", "1600.jpg", "original.jpg"]),
        (2000, ["480.webp", "480.jpg", "960.webp", "960.jpg", "1600.webp", "1600.jpg", "original.jpg"]),
    ],
)
def test_sizes_are_made_narrow_to_wide_and_never_larger_than_the_picture(width: int, names: list[str]) -> None:
    files = picture.read(encoded(pixels(width, width // 2)), "JPEG").encoded()
    assert [file.name for file in files] == names
    for file in files:
        assert seen(file.data).size == (file.width, file.height)
        assert Image.MIME[str(seen(file.data).format)] == file.media_type
        assert file.height == file.width // 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_however_the_camera_was_held(orientation: int, kind: str) -> None:
    upright = pixels(600, 400)
    undo = {5: 5, 6: 8, 7: 7, 8: 6}.get(orientation, orientation)  # the turn that the orientation puts right
    lying = upright if undo == 1 else upright.transpose(picture._UPRIGHT[undo])
    found = picture.read(encoded(lying, kind, exif=as_a_camera_writes(orientation)), kind).encoded()
    for file in found:
        image = seen(file.data).convert("RGB")
        assert (image.width > image.height) and (image.width, image.height) == (file.width, file.height)
        red, _, blue = image.getpixel((20, 20))
        assert red > 180 > 80 > blue
        red, _, blue = image.getpixel((image.width - 20, image.height - 20))
        assert blue > 180 > 80 > red


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_nothing_of_the_cameras_own_is_published(kind: str) -> None:
    options = {"exif": as_a_camera_writes(), "comment": SERIAL, "dpi": (300, 300)}
    data = encoded(pixels(), kind, **options) + SERIAL.encode() * (kind != "TIFF")
    assert SERIAL.encode() in data
    for file in picture.read(data, kind).encoded():
        assert SERIAL.encode() not in file.data
        assert not seen(file.data).getexif()
        assert set(seen(file.data).info) <= {
            "jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression", "loop", "background",
            "timestamp", "duration", "xmp",
        }  # fmt: skip


def test_a_second_view_that_the_camera_keeps_after_the_picture_is_left_out() -> None:
    data = encoded(pixels(600, 400), "MPO", save_all=True, append_images=[pixels(90, 60)])
    found = picture.read(data, "JPEG")
    assert found.pixels.size == (600, 400)
    assert getattr(seen(found.encoded()[-1].data), "n_frames", 1) == 1


@pytest.mark.parametrize("options", [{"quality": 95, "subsampling": 0}, {"quality": 60}, {"progressive": True}])
def test_a_jpeg_original_loses_next_to_nothing(options: dict[str, int]) -> None:
    data = encoded(pixels(), **options)
    original = picture.read(data, "JPEG").encoded()[-1]
    before, after = seen(data), seen(original.data)
    assert after.quantization == before.quantization  # type: ignore[attr-defined]
    assert len(original.data) < len(data) * 1.1
    loss = ImageChops.difference(before, after).convert("L")
    assert loss.getextrema()[1] <= 20  # at hard edges, where colour is stored for two pixels at a time
    assert ImageStat.Stat(loss).mean[0] < 0.2


def test_a_png_original_loses_nothing() -> None:
    image = pixels(700, 500)
    original = picture.read(encoded(image, "PNG"), "PNG").encoded()[-1]
    assert seen(original.data).tobytes() == image.tobytes()


def test_a_drawing_is_kept_without_loss_as_png_and_lossless_webp() -> None:
    drawing = Image.new("RGB", (480, 200), "white")
    ImageDraw.Draw(drawing).ellipse((20, 20, 180, 180), fill="navy")
    webp, png, original = picture.read(encoded(drawing, "PNG"), "PNG").encoded()
    assert (webp.name, png.name, original.name) == ("480.webp", "480.png", "original.png")
    assert seen(webp.data).convert("RGB").tobytes() == seen(png.data).tobytes() == drawing.tobytes()


def test_what_can_be_seen_through_still_can() -> None:
    glass = pixels(600, 400, "RGBA")
    glass.putalpha(Image.linear_gradient("L").resize(glass.size))
    files = picture.read(encoded(glass, "PNG"), "PNG").encoded()
    assert {file.media_type for file in files} == {"image/webp", "image/png"}
    for file in files:
        assert seen(file.data).getchannel("A").getextrema() == pytest.approx((0, 255), abs=2)


def test_a_picture_that_only_could_be_seen_through_is_a_photograph() -> None:
    files = picture.read(encoded(pixels(600, 400, "RGBA"), "PNG"), "PNG").encoded()
    assert [file.name for file in files][:2] == ["480.webp", "480.jpg"]


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("YCbCr", "TIFF"), ("P", "PNG"), ("RGBA", "WEBP"), ("RGB", "TIFF")],
)
def test_colours_of_other_kinds_become_rgb(mode: str, kind: str) -> None:
    found = picture.read(encoded(pixels(600, 400, mode), kind), kind)
    assert found.pixels.mode == "RGB"
    red, green, blue = found.pixels.getpixel((20, 20))
    assert red > 180 > 80 > max(green, blue)


def test_sixteen_bits_of_grey_become_eight() -> None:
    for kind in ("PNG", "TIFF"):
        found = picture.read(encoded(Image.new("I;16", (500, 10), 40_000), kind), kind)
        assert found.pixels.mode == "L"
        assert found.pixels.getpixel((0, 0)) == 40_000 // 256


def test_a_grey_picture_stays_grey() -> None:
    found = picture.read(encoded(pixels(600, 400, "L")), "JPEG")
    assert [seen(file.data).mode for file in found.encoded()] == ["RGB", "L", "RGB", "L", "L"]  # WebP has no grey


def test_colours_are_turned_into_srgb_by_the_profile() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    image = pixels(600, 400)
    swapped = wide_gamut()
    plain = picture.read(encoded(image, "PNG"), "PNG").pixels
    assert picture.read(encoded(image, "PNG", icc_profile=srgb.tobytes()), "PNG").pixels.tobytes() == plain.tobytes()
    assert picture.read(encoded(image, "PNG", icc_profile=swapped), "PNG").pixels.getpixel((20, 20)) != (220, 20, 20)
    for useless in (lab.tobytes(), b"not a profile"):
        assert picture.read(encoded(image, "PNG", icc_profile=useless), "PNG").pixels.tobytes() == plain.tobytes()


def wide_gamut() -> bytes:
    """A profile whose red is another than sRGB's: its red and blue primaries have changed places."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ").replace(
        "sRGB".encode("utf-16-be"), "xRGB".encode("utf-16-be")
    )  # fmt: skip


def test_equal_bytes_make_equal_bytes() -> None:
    data = encoded(pixels(1700, 900))
    assert picture.read(data, "JPEG").encoded() == picture.read(data, "JPEG").encoded()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.9])
def test_a_file_that_ends_too_early_is_refused(kind: str, part: float) -> None:
    data = encoded(pixels(), kind)
    assert refusal(data[: int(len(data) * part)], kind) is Reason.NOT_A_PICTURE


@pytest.mark.parametrize("data", [b"x", b"\xff\xd8\xff", b"GIF89a" + b"\0" * 50, b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refusal(data) is Reason.NOT_A_PICTURE


@pytest.mark.parametrize(("real", "said"), [("PNG", "JPEG"), ("JPEG", "PNG"), ("WEBP", "JPEG"), ("TIFF", "PNG")])
def test_a_picture_under_the_wrong_name_is_refused(real: str, said: str) -> None:
    assert refusal(encoded(pixels(60, 40), real), said) is Reason.MISNAMED


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_animations_and_pages_are_refused(kind: str) -> None:
    data = encoded(pixels(60, 40), kind, save_all=True, append_images=[pixels(60, 40).rotate(90)])
    assert refusal(data, kind) is Reason.SEVERAL_PICTURES


@pytest.mark.parametrize("sides", [(10_001, 10_000), (50_000, 50_000), (16_001, 1), (1, 16_001)])
def test_a_picture_that_says_it_is_huge_is_refused_before_it_is_unpacked(sides: tuple[int, int]) -> None:
    assert refusal(a_png_that_claims(*sides), "PNG") is Reason.PICTURE_PIXELS


@pytest.mark.parametrize("mode", ["F", "I", "LAB"])
def test_colours_that_no_screen_shows_are_refused(mode: str) -> None:
    assert refusal(encoded(Image.new(mode, (60, 40)), "TIFF"), "TIFF") is Reason.PICTURE_COLOURS


def test_odd_metadata_stops_nothing() -> None:
    assert picture.read(encoded(pixels(60, 40), exif=b"Exif\0\0broken"), "JPEG").pixels.size == (60, 40)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF"]))
    damaged = bytearray(SMALL[kind])
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=8)):
        damaged[place] = data.draw(st.sampled_from([0, 1, 127, 255]))
    with contextlib.suppress(UnusableFile):
        picture.source_type(bytes(damaged))
        assert picture.read(bytes(damaged), kind).encoded()
