"""Everything that can stop a publishing is said in Swedish too."""

import ast
import re
from pathlib import Path

from plugins.newsroom import Fault
from plugins.publishing import words
from plugins.publishing.trouble import Trouble

ROOM = Path(words.__file__).parent


def messages():
    """Answer every sentence that the room's code makes a fault or a trouble of."""
    for module in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                given = node.args[2:3] if name == "at" else node.args[:1] if name == "Trouble" else []
                yield from (each.value for each in given if isinstance(each, ast.Constant))
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("message", "_SILENT"):
                yield from (each.value for each in [node.value] if isinstance(each, ast.Constant))


def test_every_sentence_is_there_in_swedish_with_the_same_places():
    swedish = words.sentences("sv")
    found = set(messages()) - {"{why}"}
    assert len(found) > 35
    for message in found:
        said = swedish.gettext(message)
        assert said != message, message
        assert set(re.findall(r"{\w+}", said)) == set(re.findall(r"{\w+}", message)), message


def test_faults_and_troubles_are_said_in_the_language_or_else_in_english():
    fault = Fault.at("feed.atom", 0, "the host answers {status}", status=404)
    assert words.line(fault, "sv") == "feed.atom: webbservern svarar 404"
    assert words.line(fault, "de") == "feed.atom: the host answers 404"
    assert words.sentence(Trouble("{program} is not installed on this machine", program="rsync"), "sv") == (
        "rsync är inte installerat på den här datorn"
    )
