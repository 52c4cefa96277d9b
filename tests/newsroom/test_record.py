import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import plugins.newsroom.record
from plugins.newsroom import Correction, Release, Site, State
from plugins.newsroom.record import assignment_json, json_bytes, release_json, release_json_inputs
from tests.nouns import (
    StoredBodies,
    a_contact,
    a_correction,
    a_document,
    a_keyword,
    a_link,
    a_newsroom,
    a_release,
    a_withdrawal,
    an_assignment,
    an_audience,
    an_image,
    with_translation,
    words,
)

SCHEMA = json.loads(Path(plugins.newsroom.record.__file__).with_name("release.schema.json").read_bytes())


def everything(**changes: Any) -> Release:
    return a_release(
        **{
            "audiences": (an_audience(),),
            "keywords": (a_keyword(medtop="20000124"),),
            "images": (an_image(),),
            "documents": (a_document(),),
            "links": (a_link(),),
            "corrections": (a_correction(), a_correction("typo")),
            "responds_to": ("u1u1u1u1",),
            "case_number": "1.1-2031-000123",
            **changes,
        }
    )


def record(release: Release, **newsroom: Any) -> dict[str, Any]:
    press_room = a_newsroom(**{"releases": [release], "assignments": [an_assignment()], **newsroom})
    read = json.loads(release_json(release, press_room, StoredBodies(otherwise='<p><a href="/om/">Om</a></p>')))
    assert isinstance(read, dict)
    return read


@pytest.mark.parametrize(
    "release",
    [
        a_release(),
        everything(),
        with_translation(everything(), official=False)[1],
        everything(withdrawn=a_withdrawal()),
        everything(withdrawn=a_withdrawal("replaced")),
        a_release(missing=("body",), contacts=(a_contact(phone=None, hours=None), a_contact("jour", mail=None))),
    ],
)
def test_every_record_is_as_the_schema_says(release: Release) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    other = a_release(id="r2r2r2r2", slug="nytt")
    jsonschema.Draft202012Validator(SCHEMA).validate(record(release, releases=[release, other]))


def test_addresses_and_links_in_the_body_are_whole() -> None:
    told = record(everything(), site=Site("https://example.se/press"))

    assert told["body_html"] == '<p><a href="https://example.se/om/">Om</a></p>'
    assert told["addresses"]["json"] == "https://example.se/press/pressmeddelanden/2031/ett-exempel/release.json"
    assert told["images"][0]["original"]["address"].startswith("https://example.se/press/")


def test_times_are_those_of_the_agencys_clock() -> None:
    told = record(a_release())
    assert (told["published"], told["updated"]) == ("2031-05-04T10:00:00+02:00", "2031-05-04T10:00:00+02:00")


def test_a_withdrawn_release_keeps_its_title_and_nothing_that_it_told() -> None:
    told = record(everything(withdrawn=a_withdrawal(), lead="HEMLIG", images=(an_image(alt="HEMLIG"),)))

    assert told["title"] == "Ett exempel på ett pressmeddelande"
    assert told["withdrawn"]["reason"] == "Uppgifterna stämde inte."
    assert (told["lead"], told["body_html"]) == (None, None)
    assert (told["images"], told["documents"], told["links"]) == ([], [], [])


def test_the_replacement_is_named_in_the_readers_language_once_it_is_public() -> None:
    withdrawn = a_release(slug="gammalt", withdrawn=a_withdrawal("replaced"))
    swedish, english = with_translation(a_release(id="r2r2r2r2", slug="nytt"))
    in_english = replace(withdrawn, language="en")

    assert record(withdrawn)["withdrawn"]["by"] is None
    by = record(in_english, releases=[withdrawn, in_english, swedish, english])["withdrawn"]["by"]
    assert by == {"id": "r2r2r2r2", "address": "https://press.example.se/en/releases/2031/nytt/"}


def test_only_public_assignments_are_named() -> None:
    release = everything(responds_to=("u1u1u1u1", "embargod"))
    assert [each["id"] for each in record(release)["responds_to"]] == ["u1u1u1u1"]


def test_json_is_one_line_with_letters_as_they_are() -> None:
    assert json_bytes({"å": ["ö", "\n"], "a": None}).decode() == '{"å":["ö","\\n"],"a":null}\n'


@pytest.mark.parametrize(
    "changes",
    [
        {"site": Site("https://other.example.se")},
        {"publisher": replace(a_newsroom().publisher, url="https://other.example.se")},
        {"boilerplate": words("Något annat.")},
        {"assignments": [an_assignment(slug="annat")]},
        {"assignments": []},
        {"releases": [everything(title="Något annat")]},
        {"releases": [everything(state=State.EMBARGOED)]},
    ],
)
def test_equal_inputs_promise_equal_bytes(changes: dict[str, Any]) -> None:
    def made(**given: Any) -> tuple[object, bytes]:
        newsroom = a_newsroom(**{"releases": [everything()], "assignments": [an_assignment()], **given})
        release = newsroom.releases[0]
        return release_json_inputs(release, newsroom), release_json(release, newsroom, StoredBodies())

    assert made() == made()
    assert made()[0] != made(**changes)[0]


def test_an_assignment_says_what_was_corrected_and_when() -> None:
    def told(*corrections: Correction) -> dict[str, Any]:
        assignment = an_assignment(corrections=corrections)
        read = json.loads(assignment_json(assignment, a_newsroom(assignments=[assignment]), StoredBodies()))
        assert isinstance(read, dict)
        return read

    before, silent, after = told(), told(a_correction("typo")), told(a_correction("typo"), a_correction())
    assert before["updated"] == silent["updated"] == "2030-09-01T09:00:00+02:00"
    assert (after["published"], after["updated"]) == (before["published"], "2031-05-05T10:00:00+02:00")
    assert [each["revision"] for each in (before, silent, after)] == [1, 1, 2]
    assert [each["kind"] for each in after["corrections"]] == ["typo", "correction"]
