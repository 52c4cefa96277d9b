"""Every doubt can be said in Swedish, and none is left that nobody has."""

import ast
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

from plugins.importing import words
from plugins.importing.calendar import SEVERAL, Unclear
from plugins.newsroom import Fault

ROOM = Path(words.__file__).parent


def sentences():
    """Answer the sentences of the room: its constants that are named in capitals and hold words."""
    for file in ROOM.glob("*.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                name, value = node.targets[0].id, node.value.value
                if isinstance(value, str) and " " in value and not name.startswith("_"):
                    yield value


def catalogue():
    with (words.LOCALE / "sv/LC_MESSAGES/importing.po").open("rb") as stream:
        return {message.id: message.string for message in read_po(stream) if message.id}


def places(text):
    return sorted({name for _, name, _, _ in Formatter().parse(text) if name})


def test_every_sentence_has_swedish_with_the_same_places_and_none_is_left_over():
    translated = catalogue()
    assert set(sentences()) == set(translated)
    assert {key: places(key) for key in translated} == {key: places(text) for key, text in translated.items()}


def test_a_doubt_and_a_reason_are_said_in_the_language():
    unclear = Unclear("9.2.2026", SEVERAL, ("2026-02-09", "2026-09-02"))
    assert words.reason(unclear, "sv") == "”9.2.2026” kan läsas på flera sätt: 2026-02-09, 2026-09-02"
    assert words.sentence(Fault.at("a", 1, "{slug} stands here twice", slug="x"), "sv") == "x står två gånger här"
    assert words.sentence(Fault.at("a", 1, "{slug} stands here twice", slug="x"), "fi") == "x stands here twice"
