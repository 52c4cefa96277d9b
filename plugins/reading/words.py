"""Faults in a press officer's language."""

import gettext
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from plugins.newsroom import Fault

LOCALE = Path(__file__).parent / "locale"


def told(faults: Iterable[Fault], language: str, folder: str = "content") -> list[str]:
    """Answer a line for each fault, `content/releases/2025/x/sv.md:7: …`, in the language if there is a catalogue."""
    words = catalogue(language)
    return [
        f"{folder}/{fault.source}{f':{fault.line}' if fault.line else ''}: "
        f"{fault.sentence(words.gettext(fault.message))}"
        for fault in faults
    ]


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Answer the sentences in the language; English, as they stand in the code, if there is no catalogue."""
    file = LOCALE / language / "LC_MESSAGES" / "reading.po"
    if not file.is_file():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
