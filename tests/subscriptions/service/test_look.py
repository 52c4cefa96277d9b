"""The list's own pages: their words, and that all of them can be shown."""

from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po

from plugins.subscriptions.service.look import topics
from plugins.subscriptions.service.offers import Offers
from tests.nouns import THEME
from tests.subscriptions.service.conftest import OFFER, SITE

LOCALE = THEME / "locale" / "sv" / "LC_MESSAGES"
PAGES = sorted((THEME / "templates" / "list").glob("*.html"))


def said(file: Path):
    with file.open("rb") as source:
        yield from (message for _, message, _, _ in extract("jinja2.ext.babel_extract", source, keywords={"_": None}))


def translated(domain: str):
    with (LOCALE / f"{domain}.po").open("rb") as file:
        catalogue = read_po(file, locale="sv")
    assert [message.id for message in catalogue if message.fuzzy] == []
    assert [(message.id, str(error)) for message, errors in catalogue.check() for error in errors] == []
    return {message.id for message in catalogue if message.id and message.string}


def test_every_message_has_a_translation_in_one_catalogue():
    messages = {message for file in PAGES for message in said(file)}
    assert len(messages) > 50
    own, shared = translated("list"), translated("messages")
    assert messages - own - shared == set()
    assert own & shared == set()
    assert own - messages == set(), "said nowhere any more"


def test_topics_stand_by_kind_and_keywords_by_the_alphabet():
    assert topics(OFFER, "sv") == [
        ("type", [("type:nyhet", "Nyheter")]),
        ("audience", [("audience:vard", "Vård")]),
        ("keyword", [("keyword:luft", "Luft"), ("keyword:vatten", "Vatten")]),
    ]
    assert topics(OFFER, "en", ["keyword:gone", "keyword:luft"])[2][1] == [
        ("keyword:luft", "Air"), ("keyword:gone", "gone"), ("keyword:vatten", "Water"),
    ]  # fmt: skip


def test_before_the_site_has_answered_readers_can_leave_and_nobody_is_promised_anything(served):
    served.service.offers.current = Offers(lambda: OFFER, SITE, ("sv", "en")).current
    served.service.offers.known = False
    number = served.subscribed("anna@example.test")
    for method in ("GET", "POST"):
        answer = served.client.request(method, served.leave_link(number))
        assert (answer.status_code, "press.example.org" in answer.text) == (200, True)
    assert served.client.post("/lista/subscribe", data=served.form("bo@example.test")).status_code == 503


def test_what_was_known_of_the_site_stays_while_it_is_away(served):
    del served.site.files["/list.json"]
    assert not served.service.offers.refresh()
    assert "Exempelmyndigheten" in served.client.get("/lista/subscribe").text
    assert served.client.get("/healthz").status_code == 200
