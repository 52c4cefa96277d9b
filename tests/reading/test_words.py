"""Every sentence about a fault can be said in Swedish, and none is left that nobody says."""

import ast
from string import Formatter

from babel.messages.pofile import read_po

from plugins.media.unusable import Reason
from plugins.newsroom import Fault
from plugins.reading import selection
from plugins.reading.manuscripts import frontmatter, plain, shaping, unreadable
from plugins.reading.typesetting import bodies
from plugins.reading.words import LOCALE, told

READING = LOCALE.parent


def sentences():
    """Answer every message that reading gives to a Fault, found in the code."""
    found = {reason.value for reason in Reason} | {"the source lacks {field}"}
    found |= {plain.NO_FRONT_MATTER, plain.NO_END, plain.NOT_UTF8, frontmatter.INVISIBLE}
    found |= {*unreadable.SENTENCES.values()}
    found |= {bodies.LEVEL_1, bodies.LINK_TO_FILE, bodies.TOO_SLOW, bodies.TOO_DEEP, selection.NOT_PLAIN}
    found |= {*shaping.SENTENCES.values(), *shaping.PATTERNS.values(), shaping.SLUG_PATTERN, shaping.OTHERWISE}
    for file in READING.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            said: list[ast.expr] = []
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "message":
                said = [node.value]
            elif isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                said = node.args if name in ("at", "fault", "_fault") else []
            texts = (text.value for text in said if isinstance(text, ast.Constant))
            found.update(text for text in texts if isinstance(text, str) and " " in text)
    return found


def catalogue():
    with (LOCALE / "sv/LC_MESSAGES/reading.po").open("rb") as stream:
        return {message.id: message.string for message in read_po(stream) if message.id}


def test_every_sentence_is_translated_and_no_translation_is_left_over():
    assert sentences() == set(catalogue())


def test_translations_use_the_same_places():
    def places(text):
        return sorted({name for _, name, _, _ in Formatter().parse(text) if name})

    assert {english: places(english) for english in catalogue()} == {
        english: places(swedish) for english, swedish in catalogue().items()
    }


def test_a_language_without_catalogue_is_told_in_english():
    fault = Fault.at("releases/2031/x/sv.md", 7, "{key} is missing; it must be given", key="lead")
    assert told([fault], "fi") == ["content/releases/2031/x/sv.md:7: lead is missing; it must be given"]
    assert told([fault], "sv") == ["content/releases/2031/x/sv.md:7: lead saknas och måste anges"]
