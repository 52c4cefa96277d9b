"""Faults in a press officer's language."""

from collections.abc import Iterable
from gettext import NullTranslations
from pathlib import Path

from plugins.newsroom import Fault, catalogue

LOCALE = Path(__file__).parent / "locale"


def told(faults: Iterable[Fault], language: str, folder: str = "content") -> list[str]:
    """Answer a line for each fault, `content/releases/2025/x/sv.md:7: …`, in the language if there is a catalogue."""
    words = sentences(language)
    return [
        f"{folder}/{fault.source}{f':{fault.line}' if fault.line else ''}: "
        f"{fault.sentence(words.gettext(fault.message))}"
        for fault in faults
    ]


def lacking(missing: Iterable[tuple[str, str]], language: str, folder: str = "content") -> list[str]:
    """Answer a line for each (file, field) that the source lacks, as the text itself says."""
    if not (missing := list(missing)):
        return []  # and nobody waits for the words
    sentence = sentences(language).gettext("the source lacks {field}")
    return [f"{folder}/{source}: {sentence.format(field=field)}" for source, field in missing]


def sentences(language: str) -> NullTranslations:
    """Answer the sentences in the language; English, as they stand in the code, if there is no catalogue."""
    file = LOCALE / language / "LC_MESSAGES" / "reading.po"
    return catalogue(file.read_bytes() if file.is_file() else b"", language)
