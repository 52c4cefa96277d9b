"""The desk's words, in the language of the newsroom. The English sentence is the key; `locale/` has the others."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from plugins.newsroom import catalogue

LOCALE = Path(__file__).parent / "locale"

_language = "en"


def speak(language: str) -> None:
    """Let the desk speak this language from now on; English if it has no catalogue for it."""
    global _language
    _language = language


def learn() -> None:
    """Load the words, so that nobody waits when the first is said."""
    _words(_language)


@cache
def _words(language: str) -> NullTranslations:
    file = LOCALE / language / "LC_MESSAGES" / "desk.po"
    return catalogue(file.read_bytes() if file.is_file() else b"", language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let the desk speak this language for as long as the block lasts: to somebody else than who works at it."""
    own = _language
    speak(language)
    try:
        yield
    finally:
        speak(own)


def _(message: str, **values: object) -> str:
    """Answer the sentence in the desk's language, its places filled."""
    said = _words(_language).gettext(message)
    return said.format(**values) if values else said


def counted(one: str, many: str, number: int) -> str:
    """Answer a sentence with `{number}` in the form that the number asks for."""
    return _words(_language).ngettext(one, many, number).format(number=number)


def say(text: str = "", *, error: bool = False) -> None:
    """Print one line as it is: never broken or coloured, so that `file:line:` stays whole and can be clicked."""
    with suppress(BrokenPipeError):  # nobody listens any more, but what was done is done
        print(text, file=sys.stderr if error else sys.stdout)


def say_json(answer: Mapping[str, Any]) -> None:
    """Print an answer for a pipeline."""
    with suppress(BrokenPipeError):
        print(json.dumps(answer, ensure_ascii=False, indent=2, default=str))
