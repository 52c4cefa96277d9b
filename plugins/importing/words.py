"""What was doubted, in a press officer's language, without signs of a source's that would play with their terminal."""

from gettext import NullTranslations
from pathlib import Path

from plugins.importing.calendar import Unclear
from plugins.importing.found import visible
from plugins.newsroom import Fault, catalogue
from plugins.reading.words import sentences as reading_sentences

LOCALE = Path(__file__).parent / "locale"


def sentence(doubt: Fault, language: str) -> str:
    """Answer the doubt or fault in the language, if there is a catalogue; English as it stands in the code if not."""
    return visible(doubt.sentence(_translated(doubt.message, language)))


def reason(unclear: Unclear, language: str) -> str:
    """Answer why a time isn't certain."""
    message = _translated(unclear.why, language)
    readings = ", ".join(unclear.readings)
    return visible(message.format(written=unclear.written, readings=readings, form=unclear.form))


def _translated(message: str, language: str) -> str:
    own = _catalogue(language).gettext(message)
    return own if own != message else reading_sentences(language).gettext(message)


def _catalogue(language: str) -> NullTranslations:
    file = LOCALE / language / "LC_MESSAGES" / "importing.po"
    return catalogue(file.read_bytes() if file.is_file() else b"", language)
