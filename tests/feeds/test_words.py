"""The feeds' own words."""

import ast
import re
from pathlib import Path

from babel.messages.pofile import read_po

from plugins.feeds.words import LOCALE, words, words_input

ROOM = LOCALE.parent


def said() -> set[str]:
    """Every sentence that the room's code asks a catalogue for."""
    found = set()
    for file in ROOM.glob("*.py"):
        for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)):
            asked = getattr(call.func, "id", None) == "_" or getattr(call.func, "attr", None) == "gettext"
            if asked and call.args and isinstance(call.args[0], ast.Constant):
                found.add(call.args[0].value)
    return found


def read(language: str):
    with Path(LOCALE / language / "LC_MESSAGES" / "feeds.po").open("rb") as file:
        return {message.id: message for message in read_po(file, locale=language) if message.id}


def test_everything_said_is_translated_and_nothing_else():
    assert set(read("sv")) == said()
    assert all(message.string and not message.fuzzy for message in read("sv").values())


def test_translations_keep_their_places():
    for message in read("sv").values():
        assert sorted(re.findall(r"{\w+}", message.string)) == sorted(re.findall(r"{\w+}", message.id))


def test_words_are_in_the_language_asked_for():
    assert words("sv").gettext("Documents") == "Dokument"
    assert words("en").gettext("Documents") == "Documents"
    assert words("xx").gettext("Documents") == "Documents"


def test_a_catalogue_is_an_input():
    assert words_input("sv").fingerprint != words_input("en").fingerprint
    assert words_input("sv") == words_input("sv")
