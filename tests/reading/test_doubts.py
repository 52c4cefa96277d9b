"""What is hardly meant, and what is: each rule with what it must leave alone."""

import shutil
from pathlib import Path

import pytest

from plugins.reading.checking import look
from plugins.reading.doubts import doubts
from tests.building import NOW, SAMPLE

TEXT = """\
---
id: dddddddd
type: pressmeddelande
published: 2025-05-04T10:00:00+02:00
title: Ett meddelande
lead: En ingress.
---

{body}
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE / "everything", tmp_path / "content")
    return tmp_path / "content"


def told(content: Path, body: str = "Brödtext.", *, front: str = "", beside: tuple[str, ...] = ()) -> list[str]:
    """Answer the doubts about one more release, as `line: message`."""
    folder = content / "releases/2025/doubtful"
    folder.mkdir()
    text = TEXT.format(body=body).replace("lead:", f"{front}lead:")
    (folder / "sv.md").write_text(text, encoding="utf-8")
    for name in beside:
        (folder / name).write_bytes(b"x")
    faults, reading = look(content, now=NOW, cache=content.parent / "cache")
    assert faults == []
    assert reading is not None
    return sorted(f"{each.line}: {each.sentence()}" for each in doubts(content, reading) if "doubtful" in each.source)


def test_the_sample_leaves_no_doubt(content):
    assert told(content) == []


@pytest.mark.parametrize("body", ["Hej.\n\n    Indraget.", "Hej.\n\n\tIndraget.", "Hej.\n\n    A <b> & c"])
def test_an_indented_line_is_code(content, body):
    (doubt,) = told(content, body)
    assert doubt.startswith("11: four spaces")


@pytest.mark.parametrize("body", ["- a\n\n    b", "1. a\n\n    b\n\n    c", "Hej\n    på dig.", "`kod`"])
def test_what_is_indented_within_a_list_or_a_paragraph_is_none(content, body):
    assert told(content, body) == []


def test_a_place_that_is_not_there(content):
    body = "Läs [mer](#mer).\n\n[Två](#tva)\n\n## Två {: #tva}\n\nNot[^1].\n\n[^1]: Noten."
    (doubt,) = told(content, body)
    assert doubt == "9: nothing is named #mer where this link leads; name a heading so: ## Heading {: #mer}"


def test_a_place_in_another_text(content):
    decision = "../../../assignments/2025/uppdrag-om-goda-exempel/sv.md"
    assert told(content, f"[Frist]({decision}#main) och [ingen]({decision}#deadline-ingen)") == [
        "9: nothing is named #deadline-ingen where this link leads; name a heading so: ## Heading {: #deadline-ingen}"
    ]


def test_places_elsewhere_on_the_web_are_theirs(content):
    assert told(content, "[Läs](https://www.example.org/a#b)") == []


def test_a_file_that_nothing_names(content):
    (doubt,) = told(content, beside=("rapport.docx", ".DS_Store", "sv.md.sig"))
    assert doubt == "0: nobody sees this file; list it under images or documents, or take it away"
