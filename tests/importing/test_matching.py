from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from plugins.importing import manuscript, matching
from plugins.importing.found import Found, Person
from plugins.importing.matching import matched
from plugins.newsroom import Link
from plugins.reading.manuscripts import frontmatter
from plugins.reading.manuscripts.schema import ReleaseShape
from plugins.reading.manuscripts.shaping import shape
from plugins.reading.masthead import masthead
from tests.building import SAMPLE

AT = datetime(2019, 3, 14, 9, 34, tzinfo=ZoneInfo("Europe/Stockholm"))
NOW = datetime(2026, 11, 22, 13, tzinfo=ZoneInfo("Europe/Stockholm"))
BASE = SAMPLE / "faulty/base"


@pytest.fixture(scope="module")
def newsroom():
    return masthead.read(BASE)


def found(**changes):
    parts = {"source": "a.txt", "seed": "a", "title": "Rubrik", "lead": "Ingress.", "body": "Text.", "published": AT}
    return Found(**{**parts, "kind": "pressmeddelande", **changes})


def doubts(release):
    return [doubt.message for doubt in release.doubts]


def test_what_the_newsroom_has_is_known_by_its_names(newsroom):
    keyword = next(iter(newsroom.keywords.values()))
    contact = newsroom.press_desk
    names = (keyword.label["sv"].upper(), keyword.slug, *keyword.aliases)
    person = Person(name="Någon", phone="", mail=contact.mail.upper(), line=1)
    release = matched(found(keywords=names, persons=(person,)), AT, newsroom)
    assert release.keywords == (keyword.slug,)
    assert release.contacts == (contact.slug,)
    assert doubts(release) == []


def test_what_the_newsroom_lacks_is_told_and_left_out(newsroom):
    release = matched(
        found(
            kind="Kungörelse",
            language="fi",
            keywords=("Okänt",),
            persons=(Person(name="Robin", phone="010-999 99 99", mail="", line=7),),
            links=(Link(text="mer", url="javascript:x()"),),
            body="",
            about="Något annat.",
            about_line=9,
            address="ftp://old.example/1",
        ),
        AT,
        newsroom,
    )
    assert (release.type, release.language, release.keywords, release.contacts) == ("", "sv", (), ())
    assert (release.links, release.url) == ((), "")
    assert sorted(doubts(release)) == sorted(
        [
            matching.UNKNOWN_TYPE,
            matching.UNKNOWN_LANGUAGE,
            matching.UNKNOWN_KEYWORD,
            matching.UNKNOWN_CONTACT,
            matching.NO_LINK,
            matching.NO_BODY,
            matching.OTHER_ABOUT,
            matching.NO_ADDRESS,
        ]
    )
    assert {doubt.line for doubt in release.doubts} == {0, 7, 9}


def test_a_source_without_kind_gets_the_first_and_that_is_told(newsroom):
    release = matched(found(kind=""), AT, newsroom)
    assert release.type == next(iter(newsroom.types))
    assert doubts(release) == [matching.NO_TYPE]


def test_the_press_officers_choice_goes_first(newsroom):
    release = matched(found(kind="Kungörelse", language="fi"), AT, newsroom, type="pressmeddelande", language="sv")
    assert (release.type, release.language, doubts(release)) == ("pressmeddelande", "sv", [])


def test_an_old_address_on_this_host_leads_on_from_here(newsroom):
    own = f"{newsroom.site.url}/nyheter/2019/1/"
    assert matched(found(address=own), AT, newsroom).moved_from == ("/nyheter/2019/1/",)
    assert matched(found(address="https://old.example/1/"), AT, newsroom).moved_from == ()
    asked = matched(found(address=f"{own}?id=3"), AT, newsroom)
    assert (asked.moved_from, doubts(asked)) == ((), [matching.NO_REDIRECT])


NASTY = 'Citat "x": #1 & {a} [b] — \\ \'y\' @z %w | > null'


def test_whatever_words_a_source_has_are_written_so_that_they_are_read_the_same(newsroom):
    nasty = found(title=NASTY, lead=f"# {NASTY}", links=(Link(text=NASTY, url="https://a.example/'x'"),))
    release = matched(replace(nasty, address="https://old.example/1"), AT, newsroom)
    shown = manuscript.Shown(file="b.jpg", alt=NASTY, caption=NASTY, credit=NASTY, terms="fri")
    text = manuscript.written(release, NOW, [shown])
    read = shape(frontmatter.read(text.encode(), "x"), ReleaseShape)
    assert (read.title, read.lead) == (NASTY, f"# {NASTY}")
    assert (read.images[0].alt, read.images[0].caption, read.images[0].credit) == (NASTY, NASTY, NASTY)
    assert (read.links[0].text, read.links[0].url) == (NASTY, "https://a.example/'x'")
    assert (read.published, read.imported.at, read.imported.url) == (AT, NOW, "https://old.example/1")


@pytest.mark.parametrize("title", ["null", "true", "- x", "? x", "x: y", "1.5", "~", "2019-01-01", "x #y"])
def test_headlines_that_yaml_would_read_otherwise(newsroom, title):
    text = manuscript.written(matched(found(title=title), AT, newsroom), NOW)
    assert frontmatter.read(text.encode(), "x").front["title"] == title


def test_a_draft_has_its_time_off(newsroom):
    text = manuscript.written(matched(found(body="published: igår"), AT, newsroom), NOW)
    draft = frontmatter.read(manuscript.as_draft(text).encode(), "x")
    assert "published" not in draft.front
    assert draft.body.strip() == "published: igår"
