"""The few words that feeds say themselves, in the reader's language."""

from functools import cache
from gettext import NullTranslations
from pathlib import Path

from plugins.newsroom import Input, catalogue, fingerprint

LOCALE = Path(__file__).parent / "locale"


@cache
def words(language: str) -> NullTranslations:
    """Answer the feeds' words in that language; English, in which the code speaks, if there is no catalogue."""
    return catalogue(_written(language), language)


@cache
def words_input(language: str) -> Input:
    """Answer the catalogue as something that outputs are made from."""
    return Input(f"words:feeds/{language}", fingerprint(_written(language)))


@cache
def _written(language: str) -> bytes:
    file = LOCALE / language / "LC_MESSAGES" / "feeds.po"
    return file.read_bytes() if file.is_file() else b""
