"""The few words that feeds say themselves, in the reader's language."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from plugins.newsroom import Input, fingerprint

LOCALE = Path(__file__).parent / "locale"


@cache
def words(language: str) -> NullTranslations:
    """Answer the feeds' words in that language; English, in which the code speaks, if there is no catalogue."""
    if not _catalogue(language):
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(_catalogue(language)), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def catalogue(language: str) -> Input:
    """Answer the catalogue as something that outputs are made from."""
    return Input(f"words:feeds/{language}", fingerprint(_catalogue(language)))


@cache
def locale(language: str) -> Locale:
    """Answer how dates and numbers are written in that language; as in English if nobody has told."""
    try:
        return Locale.parse(language)
    except UnknownLocaleError:
        return Locale("en")


@cache
def _catalogue(language: str) -> bytes:
    file = LOCALE / language / "LC_MESSAGES" / "feeds.po"
    return file.read_bytes() if file.is_file() else b""
