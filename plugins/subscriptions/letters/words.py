"""What letters say themselves, in the reader's language: the theme's catalogue `mail.po`. Message ids are English."""

from functools import cache
from gettext import NullTranslations
from pathlib import Path

from plugins.newsroom import catalogue


@cache
def words(locale: Path, language: str) -> NullTranslations:
    """Answer the letters' words in that language; English if there is no catalogue."""
    file = locale / language / "LC_MESSAGES" / "mail.po"
    return catalogue(file.read_bytes() if file.is_file() else b"", language)
