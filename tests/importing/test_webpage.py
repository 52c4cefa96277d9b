from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from plugins.importing import calendar, webpage
from plugins.importing.calendar import Calendar, Unclear
from plugins.importing.found import Unreadable
from plugins.newsroom import Faults

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CALENDAR = Calendar(STOCKHOLM, ("sv", "en"))

PAGE = """\
<!-- saved from url=(0031)https://old.example/saved/1.html -->
<!doctype html><html lang="sv-SE"><head><title>x</title>
<link rel="canonical" href="https://old.example/nyheter/1/"></head><body>
<nav><a href="/">Hem</a></nav>
<main><h1>Vattnet är rent</h1>
<p class="when">Publicerad 4/5 2031</p><time datetime="2031-05-04T10:00:00+02:00">4 maj</time>
<p class="ingress">Ingressen.</p>
<div class="text"><h2>Mellan</h2><p>Text.</p><div class="share">Dela</div></div>
<ul class="tags"><li>Vatten</li><li>Luft</li></ul>
<div class="card"><b>Robin Exempel</b><br>Tfn 010-123 45 67<br><a href="mailto:x">robin@example.se</a></div>
</main><footer>Sidfot</footer></body></html>
"""

RULES = """\
title: main h1
body: .text
published: .when
date_format: Publicerad %d/%m %Y
hour: "09:00"
keywords: .tags li
contacts: .card
remove: [.share]
"""


def read(page=PAGE, rules="", **options):
    given = webpage.rules(rules.encode(), "regler.yaml") if rules else None
    return webpage.read(page.encode(), "sida.html", CALENDAR, given, **options)


def test_a_page_that_is_marked_up_as_most_are_needs_no_rules():
    one = read()
    assert one.title == "Vattnet är rent"
    assert one.lead == "Ingressen."
    assert one.published == datetime(2031, 5, 4, 10, tzinfo=STOCKHOLM)
    assert one.address == "https://old.example/nyheter/1/"
    assert one.language == "sv"
    assert "Ingressen" not in one.body and "Sidfot" not in one.body and "Vattnet" not in one.body


def test_rules_say_what_stands_where():
    one = read(rules=RULES)
    assert one.body == "## Mellan\n\nText."
    assert one.published == datetime(2031, 5, 4, 9, tzinfo=STOCKHOLM)
    assert one.keywords == ("Vatten", "Luft")
    (person,) = one.persons
    assert (person.name, person.phone, person.mail) == ("Robin Exempel", "010-123 45 67", "robin@example.se")
    assert person.line == 10


def test_a_day_without_hour_is_asked_about():
    page = PAGE.replace("2031-05-04T10:00:00+02:00", "2031-05-04")
    assert read(page).published == Unclear("2031-05-04", calendar.NO_HOUR, ("2031-05-04",))


def test_an_address_that_is_given_goes_before_the_pages_own():
    assert read(address="https://old.example/1").address == "https://old.example/1"
    without = PAGE.replace('rel="canonical"', 'rel="x"')
    assert read(without).address == "https://old.example/saved/1.html"


def test_without_an_address_the_same_page_is_the_same_release():
    bare = PAGE.replace('rel="canonical"', 'rel="x"').partition("\n")[2]
    assert read(bare).address == ""
    assert read(bare).id == read(bare).id != read(bare + " ").id


@pytest.mark.parametrize("page", ["<html><p>Ingen rubrik</p></html>", "<html><h1>Rubrik</h1><p>Ingen text</p></html>"])
def test_a_page_without_headline_or_text_is_refused(page):
    with pytest.raises(Unreadable):
        read(page)


def test_all_that_is_wrong_in_the_rules_is_told_at_its_line():
    with pytest.raises(Faults) as told:
        read(rules="title: h1[\nhour: nine\nremove: [p, '>>']\n")
    assert [(fault.line, fault.message) for fault in told.value.faults] == [
        (1, webpage.BAD_SELECTOR),
        (2, webpage.BAD_HOUR),
        (3, webpage.BAD_SELECTOR),
    ]


def test_a_misspelt_rule_is_told():
    with pytest.raises(Faults) as told:
        read(rules="titel: h1\n")
    assert "did you mean title" in told.value.faults[0].sentence()
