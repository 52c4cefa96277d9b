"""What stops a publishing, in a press officer's language."""

from gettext import NullTranslations
from pathlib import Path

from plugins.newsroom import Fault, catalogue
from plugins.publishing.trouble import Trouble

LOCALE = Path(__file__).parent / "locale"


def sentence(what: Fault | Trouble, language: str) -> str:
    """Answer what a fault or a trouble says, in the language if there is a catalogue."""
    return what.sentence(sentences(language).gettext(what.message))


def line(fault: Fault, language: str) -> str:
    """Answer a fault as one line: what it is about (an address or a file of the edition), and what is wrong."""
    said = sentence(fault, language)
    return f"{fault.source}: {said}" if fault.source else said


def sentences(language: str) -> NullTranslations:
    """Answer the sentences in the language; English, as they stand in the code, if there is no catalogue."""
    file = LOCALE / language / "LC_MESSAGES" / "publishing.po"
    return catalogue(file.read_bytes() if file.is_file() else b"", language)
