"""The letters' catalogue is whole: every word that readers meet has a Swedish translation, and no word is left over."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from plugins.subscriptions.letters.words import words
from tests.nouns import THEME

ROOM = Path(__file__).parents[3] / "plugins" / "subscriptions" / "letters"


def said() -> set[str | tuple[str, ...]]:
    """Every message id in the templates of letters and in the room's code."""
    sources = [
        ("jinja2.ext.babel_extract", sorted((THEME / "templates" / "mail").iterdir())),
        ("python", sorted(ROOM.glob("*.py"))),
    ]
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "said": None, "_said": None, "plural": (1, 2)}
    messages: set[str | tuple[str, ...]] = set()
    for method, files in sources:
        for file in files:
            with file.open("rb") as source:
                messages |= {message for _, message, _, _ in extract(method, source, keywords=keywords)}  # type: ignore[arg-type]
    return messages


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (THEME / "locale" / "sv" / "LC_MESSAGES" / "mail.po").open("rb") as file:
        return read_po(file, locale="sv")


def test_every_message_has_a_translation_and_there_is_no_other(catalogue: Catalog) -> None:
    translated = {message.id for message in catalogue if message.id and message.string and all(message.string)}
    curried = {"demonstration", "Confirm that you want our letters", "Your link to change what you get"}  # _said(x)(y)
    assert said() | curried == translated


def test_no_translation_is_fuzzy_or_loses_a_value(catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.fuzzy] == []
    assert [(message.id, str(error)) for message, errors in catalogue.check() for error in errors] == []


def test_an_unknown_language_is_spoken_to_in_english() -> None:
    assert words(THEME / "locale", "sv").gettext("Unsubscribe") == "Avsluta prenumerationen"
    assert words(THEME / "locale", "xx").gettext("Unsubscribe") == "Unsubscribe"
