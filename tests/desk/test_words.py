"""The desk speaks the newsroom's language, wholly."""

import ast
import os
import string
import sys

import pytest
from babel.messages.pofile import read_po

from plugins.desk.words import LOCALE, _, say, say_json, speak
from plugins.desk.writing.new import HINTS
from tests.desk.conftest import NEWSROOM, ROOT

SWEDISH = LOCALE / "sv/LC_MESSAGES/desk.po"
COMMANDS = ("new", "check", "preview", "build", "serve", "import", "next", "move", "status", "correct", "watch",
            "subscribers")  # fmt: skip


def spoken():
    """Answer every English sentence in the room's code that a person may read."""
    found = set(HINTS.values())
    for file in (ROOT / "plugins/desk").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if getattr(node.func, "id", "") in ("_", "counted") and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
            for keyword in node.keywords:
                if keyword.arg in ("help", "metavar") and isinstance(keyword.value, ast.Constant):
                    found.add(keyword.value.value)
    return found


def test_every_sentence_has_swedish_with_the_same_places_and_none_is_left_over():
    with SWEDISH.open("rb") as stream:
        messages = {m.id if isinstance(m.id, str) else m.id[0]: m for m in read_po(stream) if m.id}
    assert set(messages) == spoken()
    for key, message in messages.items():
        for text in (message.string,) if isinstance(message.string, str) else message.string:
            assert text, key
            assert places(text) == places(key), key
        assert not message.fuzzy, key


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_is_swedish_in_a_swedish_newsroom(desk, command):
    help = desk.press(*command, "--help").stdout
    assert "Användning: ./press" in help
    assert "Visa den här hjälpen." in help
    for english in ("Usage", "Options", "Commands", "Arguments", "Show", "default", "required", "COMMAND", "TEXT"):
        assert english not in help
    for programmers_sign in ("{", "<", "[["):
        assert programmers_sign not in help


def test_an_english_newsroom_has_an_english_desk(desk):
    english = NEWSROOM.replace("[sv, en]", "[en]").replace("sv:", "en:")
    english = english.replace("Provverket, en: ", "").replace("Presstjänsten, en: ", "")
    (desk.root / "content/newsroom.yaml").write_text(english, encoding="utf-8")
    text = desk.first.read_text(encoding="utf-8")
    desk.first.unlink()
    desk.first.with_name("en.md").write_text(text, encoding="utf-8")
    assert desk.press("check").stdout == "No faults in 2 files.\n"
    assert "Usage: ./press" in desk.press("--help").stdout
    assert "Made content/releases/2026/news/en.md" in desk.press("new", "News").stdout


def test_a_language_without_a_catalogue_is_english():
    speak("sv")
    assert _("Next:") != "Next:"
    speak("xx")
    assert _("Next:") == "Next:"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nytt"], "Kommandot nytt finns inte."),
        (["new"], "RUBRIK måste anges."),
        (["check", "--yaml"], "Valet --yaml finns inte."),
        (["serve", "--port", "x"], "Värdet efter --port går inte att använda."),
        (["serve", "--port", "99999"], "Värdet efter --port går inte att använda."),
    ],
)
def test_complaints_about_a_command_line_are_swedish(desk, arguments, complaint):
    answer = desk.press(*arguments)
    assert answer.returncode == 2
    assert complaint in answer.stderr
    for english in ("Usage", "HEADLINE", "FILE", "OPTIONS"):
        assert english not in answer.stderr


@pytest.mark.parametrize("speaks", [say, lambda text: say_json({"said": text}), lambda text: say(text, error=True)])
def test_that_nobody_listens_any_more_is_no_fault(speaks, monkeypatch):
    """As in `press build --json | head -1`."""
    heard, told = os.pipe()
    os.close(heard)
    with os.fdopen(told, "wb", buffering=0) as pipe:
        monkeypatch.setattr(sys, "stdout", Unbuffered(pipe))
        monkeypatch.setattr(sys, "stderr", Unbuffered(pipe))
        speaks("many words " * 100)


class Unbuffered:
    def __init__(self, pipe):
        self.pipe = pipe

    def write(self, text):
        return self.pipe.write(text.encode())
