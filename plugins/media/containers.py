"""Finished pictures, and where a label sits in their files.

Writing a label moves no pixel: it replaces the label that is there, if any. Only files that this room's encoders made
come here, so the places are known.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from plugins.media.label import Label
from plugins.media.unusable import Reason, UnusableFile

_LONGEST_SEGMENT = 65_533  # two bytes of the length count the length itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A picture in one size and format. `name` says which: `480.webp`, `960.jpg`, `original.png`; sides in pixels."""

    name: str
    media_type: str
    width: int
    height: int
    data: bytes

    def labelled(self, label: Label) -> "Encoded":
        """Answer the same pixels with that label instead of any other.

        Raises UnusableFile when the words don't fit (65 kB in JPEG).
        """
        return replace(self, data=_WRITERS[self.media_type](self.data, label))


def _jpeg(data: bytes, label: Label) -> bytes:
    """Write APP1 (XMP part 3, section 1.1.3) and APP13 (a Photoshop resource with IIM) right after JFIF's APP0."""
    start = 2
    if data[start : start + 2] == b"\xff\xe0":
        start = _segment_end(data, start)
    end = start
    while data[end : end + 2] in (b"\xff\xe1", b"\xff\xed"):
        end = _segment_end(data, end)
    iim = label.iim()
    resource = b"8BIM\x04\x04\x00\x00" + len(iim).to_bytes(4, "big") + iim + b"\x00" * (len(iim) % 2)
    return b"".join((
        data[:start],
        _segment(b"\xff\xe1", b"http://ns.adobe.com/xap/1.0/\x00" + label.xmp()),
        _segment(b"\xff\xed", b"Photoshop 3.0\x00" + resource),
        data[end:],
    ))  # fmt: skip


def _segment(marker: bytes, payload: bytes) -> bytes:
    if len(payload) > _LONGEST_SEGMENT:
        raise UnusableFile(Reason.LONG_TEXTS)
    return marker + (len(payload) + 2).to_bytes(2, "big") + payload


def _segment_end(data: bytes, start: int) -> int:
    return start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")


def _png(data: bytes, label: Label) -> bytes:
    """Write an iTXt chunk (PNG, third edition, section 11.3.3.4) right after IHDR, as XMP part 3, 1.1.5 wants it."""
    start = end = 33  # signature 8, IHDR 25
    if data[start + 4 : start + 8] == b"iTXt":
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
    body = b"iTXt" + b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + label.xmp()
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    return data[:start] + chunk + data[end:]


def _webp(data: bytes, label: Label) -> bytes:
    """Write the last chunk, `XMP ` (RFC 9649, section 2.7.1.4); the encoder has said in VP8X that there is one."""
    kept = b"".join(chunk for chunk in _chunks(data) if not chunk.startswith(b"XMP "))
    xmp = label.xmp()
    riff = b"WEBP" + kept + b"XMP " + len(xmp).to_bytes(4, "little") + xmp + b"\x00" * (len(xmp) % 2)
    return b"RIFF" + len(riff).to_bytes(4, "little") + riff


def _chunks(data: bytes) -> Iterator[bytes]:
    start = 12
    while start < len(data):
        size = int.from_bytes(data[start + 4 : start + 8], "little")
        end = start + 8 + size + size % 2
        yield data[start:end]
        start = end


_WRITERS = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
