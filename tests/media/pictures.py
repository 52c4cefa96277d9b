"""Pictures and documents as a press officer may deliver them, drawn on the spot."""

import io
import zipfile
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

SERIAL = "SERIAL-4711-CANARY"
PLACE = (59.0, 51.0, 26.25)


def pixels(width: int = 1200, height: int = 800, mode: str = "RGB") -> Image.Image:
    """A picture with as many colours as a photograph, whose upper left corner is red and lower right one blue."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    picture = Image.merge("RGB", (across.point(lambda level: 255 - level), across, down))
    picture.paste((220, 20, 20), (0, 0, width // 4, height // 4))
    picture.paste((20, 20, 220), (width - width // 4, height - height // 4, width, height))
    return picture.convert(mode)


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def as_a_camera_writes(orientation: int = 6) -> Image.Exif:
    """EXIF with a place, a serial number, a maker note and a picture that lies on its side."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = SERIAL
    exif[ExifTags.Base.Artist] = SERIAL
    exif.get_ifd(ExifTags.IFD.Exif).update({
        ExifTags.Base.BodySerialNumber: SERIAL,
        ExifTags.Base.MakerNote: SERIAL.encode(),
    })  # fmt: skip
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: PLACE,
        ExifTags.GPS.GPSLongitudeRef: "E",
        ExifTags.GPS.GPSLongitude: PLACE,
    })  # fmt: skip
    return exif


def a_photo(folder: Path, name: str = "bild.jpg", width: int = 1200, height: int = 800, **options: Any) -> Path:
    """A file as it comes out of a camera, in the format of its name."""
    path = folder / name
    pixels(width, height).save(path, **{"exif": as_a_camera_writes(1), "comment": SERIAL, **options})
    return path


def a_zip(**members: bytes) -> bytes:
    """An archive; in the names `__` stands for a slash and `_dot_` for a dot."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", "/").replace("_dot_", ".")), data)
    return stream.getvalue()
