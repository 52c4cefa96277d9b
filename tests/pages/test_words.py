"""The catalogue is whole: every word that readers meet has a Swedish translation."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from markupsafe import Markup

from plugins.pages.words import Words
from tests.nouns import THEME

CATALOGUE = THEME / "locale" / "sv" / "LC_MESSAGES" / "messages.po"
ROOM = Path(__file__).parents[2] / "plugins" / "pages"


def said() -> set[str | tuple[str, ...]]:
    """Every message id in the templates of pages and in the room's code."""
    messages: set[str | tuple[str, ...]] = set()
    templates = [file for file in THEME.glob("templates/**/*.html") if not {"mail", "list"} & set(file.parts)]
    sources = [("jinja2.ext.babel_extract", templates), ("python", sorted(ROOM.glob("*.py")))]
    for method, files in sources:
        for file in files:
            with file.open("rb") as source:
                words = {"_": None, "gettext": None, "ngettext": (1, 2), "_say": (2,)}
                messages |= {message for _, message, _, _ in extract(method, source, keywords=words)}  # type: ignore[arg-type]
    return messages


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="sv")


def test_every_message_has_a_translation(catalogue: Catalog) -> None:
    messages = said()
    assert len(messages) > 100
    translated = {message.id for message in catalogue if message.id and message.string and all(message.string)}
    assert messages - translated == set()


def test_no_translation_is_fuzzy_or_loses_a_value(catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.fuzzy] == []
    assert [(message.id, str(error)) for message, errors in catalogue.check() for error in errors] == []


def test_values_are_escaped_and_messages_are_not() -> None:
    words = Words(THEME / "locale", "sv")
    assert words.gettext("Follow the agency", publisher="<b>") == Markup("Följ &lt;b&gt;")
    assert words.gettext("Updated %(time)s", time=Markup("<time>1</time>")) == "Uppdaterat <time>1</time>"


def test_a_changed_catalogue_is_a_changed_input(tmp_path: Path) -> None:
    folder = tmp_path / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_bytes(CATALOGUE.read_bytes())
    before = Words(tmp_path, "sv").input
    assert before == Words(THEME / "locale", "sv").input
    (folder / "messages.po").write_text(CATALOGUE.read_text("utf-8").replace("Pressrum", "Nyhetsrum"), "utf-8")
    after = Words(tmp_path, "sv")
    assert after.input != before
    assert after.gettext("Press room") == "Nyhetsrum"
