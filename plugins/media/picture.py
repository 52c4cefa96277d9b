"""Pixels: reading what a press officer delivers, and encoding it for the web.

Everything that is published has been decoded and encoded again: what a camera or a program hid in the file
(place, serial numbers, thumbnails, a film after the picture) has no way through.
"""

import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageCms, JpegImagePlugin, UnidentifiedImageError
from PIL.Image import Transpose

from plugins.media import label
from plugins.media.containers import Encoded
from plugins.media.recipe import KINDS
from plugins.media.unusable import Reason, UnusableFile

WIDTHS = (480, 960, 1600)
MOST_PIXELS = 100_000_000
LONGEST_SIDE = 16_000  # WebP ends at 16,383

_ENDINGS = {"JPEG": (".jpg", "image/jpeg"), "PNG": (".png", "image/png"), "WEBP": (".webp", "image/webp")}
_UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")
Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # beyond twice as many, Pillow itself stops before it reserves memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Upright pixels in sRGB (mode L, RGB or RGBA), and how they came.

    `drawn` says that it has few colours, like a logotype or a diagram: it is kept without loss.
    `tables` are a JPEG's own quantisation and sampling: with them it loses next to nothing by being encoded again.
    """

    pixels: Image.Image
    kind: str
    drawn: bool
    tables: dict[str, Any] = field(default_factory=dict)

    def encoded(self) -> tuple[Encoded, ...]:
        """Answer the picture in all its sizes, narrow to wide, WebP before JPEG (or PNG), the original last.

        PNG takes the place of JPEG for pictures that are drawn or have transparent parts. A size that the
        picture does not reach gives way to its own.
        """
        own = self.pixels.width
        widths = sorted({*(width for width in WIDTHS if width < own), min(own, WIDTHS[-1])})
        with ThreadPoolExecutor() as threads:  # Pillow lets go of the interpreter while it works
            original = threads.submit(self._original)
            sizes = [threads.submit(self._size, pixels) for pixels in self._in_widths(reversed(widths))]
            return (*(file for files in reversed(sizes) for file in files.result()), original.result())

    def _in_widths(self, widths: Iterable[int]) -> Iterator[Image.Image]:
        """Answer the pixels in each of the widths, wide to narrow.

        Each comes from the one before: nobody can see it, and from the original it would take twice as long.
        """
        pixels = self.pixels
        for width in widths:
            height = max(1, round(self.pixels.height * width / self.pixels.width))
            pixels = pixels.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
            yield pixels

    def _size(self, pixels: Image.Image) -> tuple[Encoded, Encoded]:
        width, common = str(pixels.width), self._common
        return (
            _encoded(pixels, width, "WEBP", self._manner("WEBP", 78)),
            _encoded(pixels, width, common, self._manner(common, 80)),
        )

    def _original(self) -> Encoded:
        kind = self.kind if self.kind in _ENDINGS else self._common
        return _encoded(self.pixels, "original", kind, self.tables or self._manner(kind, 92))

    @property
    def _common(self) -> str:
        """The format that every program can open."""
        return "PNG" if self.drawn or self.pixels.mode == "RGBA" else "JPEG"

    def _manner(self, kind: str, quality: int) -> dict[str, Any]:
        if kind == "WEBP":
            # the usual method (4) looks for 3 % fewer bytes, in twice to three times the time
            return {"lossless": self.drawn, "quality": quality, "method": 2}
        if kind == "JPEG":
            return {"quality": quality, "optimize": True, "progressive": True}
        return {"optimize": self.drawn}


def read(data: bytes, kind: str) -> Picture:
    """Answer the picture in those bytes; `kind` is what its name says it is, one of the values of `KINDS`.

    Raises UnusableFile: not a picture, damaged, of another kind, too large, several pictures, colours unknown.
    """
    with _opened(data) as image:
        # Cameras keep a second, smaller view after the picture (MPO); the first is the picture.
        if image.format != kind and (image.format, kind) != ("MPO", "JPEG"):
            raise UnusableFile(Reason.MISNAMED)
        if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
            raise UnusableFile(Reason.PICTURE_PIXELS)
        if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
            raise UnusableFile(Reason.SEVERAL_PICTURES)
        image.load()
        tables = _tables(image) if kind == "JPEG" and image.mode in ("L", "RGB") else {}
        # After load: for TIFF, Pillow turns the picture itself and forgets the tag.
        turn = _UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
        pixels = _for_screens(image)
        if turn is not None:
            pixels = pixels.transpose(turn)
        pixels.info = {}  # encoders would write comments and profiles that they find there
        drawn = kind != "JPEG" and pixels.getcolors(256) is not None
        return Picture(pixels=pixels, kind=kind, drawn=drawn, tables=tables)


def source_type(data: bytes) -> str | None:
    """Answer what the picture itself says of how it came to be (IPTC DigitalSourceType), None if nothing.

    Raises UnusableFile if it is no picture.
    """
    with _opened(data) as image:
        xmp = image.info.get("xmp")
        return label.source_type(xmp if isinstance(xmp, bytes) else str(xmp).encode()) if xmp else None


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    with warnings.catch_warnings(action="ignore"):  # Pillow warns of odd metadata, none of which is kept
        try:
            with Image.open(BytesIO(data), formats=sorted(set(KINDS.values()))) as image:
                yield image
        except UnusableFile:
            raise
        except Image.DecompressionBombError:
            raise UnusableFile(Reason.PICTURE_PIXELS) from None
        except UnidentifiedImageError:
            raise UnusableFile(Reason.NOT_A_PICTURE) from None
        except Exception as error:  # a damaged file makes Pillow's readers raise whatever it leads them to
            raise UnusableFile(Reason.NOT_A_PICTURE) from error


def _tables(image: Image.Image) -> dict[str, Any]:
    return {
        "qtables": image.quantization,  # type: ignore[attr-defined]  # every JPEG has them
        "subsampling": JpegImagePlugin.get_sampling(image),
        "progressive": "progressive" in image.info,
        "optimize": True,
    }


def _for_screens(image: Image.Image) -> Image.Image:
    """Answer the picture in sRGB: mode L, RGB, or RGBA if any part of it can be seen through."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda level: level * (1 / 256)).convert("L")  # its own conversion only cuts
    elif image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() == (255, 255):
            image = image.convert("RGB")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode == "P":
        image = image.convert("RGB")
    if image.mode not in ("L", "RGB", "RGBA", "CMYK", "YCbCr"):
        raise UnusableFile(Reason.PICTURE_COLOURS)
    if profile:
        image = _in_srgb(image, profile)
    return image if image.mode in ("L", "RGB", "RGBA") else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(given):
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, given, _SRGB, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError):
        return image  # a profile that is broken, or for other colours than the picture's, is as good as none


def _encoded(pixels: Image.Image, size: str, kind: str, manner: dict[str, Any]) -> Encoded:
    room = {"xmp": b" "} if kind == "WEBP" else {}  # so that the file has the place where a label goes
    stream = BytesIO()
    pixels.save(stream, kind, **manner, **room)
    ending, media_type = _ENDINGS[kind]
    return Encoded(
        name=size + ending, media_type=media_type, width=pixels.width, height=pixels.height, data=stream.getvalue()
    )
