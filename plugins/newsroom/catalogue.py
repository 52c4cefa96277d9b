"""Words in several languages: gettext catalogues, used as they are written, with no compiled files."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO


@cache
def catalogue(po: bytes, language: str) -> NullTranslations:
    """Answer a catalogue in gettext's PO format, ready to use; b"" gives the messages as they stand in the code."""
    if not po:
        return NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - slow to import, and not all builds say anything
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(po), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
