"""Why a file can't be published."""

from enum import StrEnum


class Reason(StrEnum):
    """Every sentence that `UnusableFile` can say: few, and without values, since catalogues translate them."""

    UNREADABLE = "the file is missing or can't be opened"
    OUTSIDE = "the file is a link to something outside the content folder; put the file itself here"
    EMPTY = "the file is empty"
    SAME_NAME = "another file would be published under the same name; rename one of them"
    MISNAMED = "the end of the file's name does not match what is in the file"

    PICTURE_KIND = "pictures must be JPEG, PNG, WebP or TIFF"
    PICTURE_BYTES = "the picture is larger than 50 MB"
    PICTURE_PIXELS = "the picture has more than 100 million pixels, or a side of more than 16,000 pixels"
    NOT_A_PICTURE = "the file is not a picture that can be read"
    SEVERAL_PICTURES = "the file holds several pictures (an animation or pages); it must hold one"
    PICTURE_COLOURS = "the picture's colours can't be shown on screens; save it in RGB"
    LONG_TEXTS = "the picture's alt text, caption, credit and terms are too long to be written into the file"

    DOCUMENT_KIND = "documents must be PDF, DOCX, XLSX, ODT, ODS, CSV, TXT, SVG or ZIP"
    DOCUMENT_BYTES = "the document is larger than 100 MB"
    NOT_UTF8 = "the text in the file is not written in UTF-8"
    ACTIVE_SVG = "the SVG picture holds scripts, foreign content or references to other files"


class UnusableFile(Exception):
    """A file that can't be published; `str()` of it is an English sentence without any path, one of `Reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
