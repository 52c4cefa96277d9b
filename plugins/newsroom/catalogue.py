"""Words in several languages: gettext catalogues, used as they are written, with no compiled files."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


@cache
def catalogue(po: bytes, language: str) -> NullTranslations:
    """Answer a catalogue in gettext's PO format, ready to use; b"" gives the messages as they stand in the code."""
    if not po:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(po), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
