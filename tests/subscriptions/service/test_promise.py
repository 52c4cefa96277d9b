"""The three sentences that the press room's own page promises, each with its proof."""

import logging
import re

import yaml
from bs4 import BeautifulSoup

from plugins.subscriptions.reader import ReaderState
from tests.building import PROJECT

ANNA = "anna.andersson@example.test"


def promise():
    text = (PROJECT / "content" / "newsroom.yaml").read_text("utf-8")
    return yaml.safe_load(text)["subscription"]["promise"]["sv"]


def test_endast_mejladress_behovs(served):
    """“Endast mejladress behövs”: one field must be filled in; with it alone the letters come."""
    assert "Endast mejladress behövs" in promise()
    page = BeautifulSoup(served.client.get("/lista/subscribe").text, "html.parser")
    written = page.select("form input:not([type=hidden], [type=radio], [type=checkbox], [tabindex='-1'])")
    assert [field["name"] for field in written] == ["email"]
    assert [field["name"] for field in page.select("[required]")] == ["email"]
    served.ask(ANNA)
    served.client.post(served.confirm_link(ANNA))
    assert served.reader(ANNA).state is ReaderState.ACTIVE


def test_den_anvands_bara_har(served, caplog):
    """“den används bara här”: it lies in one place, is in no log, number or header, and no page tells anyone of it."""
    assert "den används bara här" in promise()
    caplog.set_level(logging.DEBUG)
    client = served.browser(headers={"X-Forwarded-For": "198.51.100.23"})
    answers = [client.post("/lista/subscribe", data=served.form(ANNA))]
    assert served.service.afterwards.settle()
    number = served.reader(ANNA).number
    for path in (served.confirm_link(ANNA), served.leave_link(number), "/lista/manage"):
        answers.append(client.get(path))
    answers.append(client.post(served.confirm_link(ANNA)))
    answers.append(client.post("/lista/manage", data=served.form(ANNA)))
    assert served.service.afterwards.settle()
    answers.append(client.get(served.manage_link(number)))
    places = [(table, value) for table, rows in served.everything().items() for row in rows for value in row]
    assert [table for table, value in places if "anna" in str(value).lower()] == ["readers"]
    assert "198.51.100.23" not in str(places)
    ours = [record for record in caplog.records if record.name.startswith("plugins")]
    said = " ".join(f"{record.getMessage()} {record.__dict__}" for record in ours)
    assert "sign-up" in said
    for secret in ("anna", "198.51.100.23", served.manage_link(number)[-30:], served.leave_link(number)[-30:]):
        assert secret not in said.lower()
    assert "anna" not in served.browser().get("/metrics").text
    for answer in answers:
        assert "anna" not in str(answer.headers).lower()
        assert "'self'" in answer.headers["content-security-policy"]
        assert "http" not in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        page = BeautifulSoup(answer.text, "html.parser")
        fetched = page.select("script[src], link[rel=stylesheet], link[rel=preload], link[rel=icon], img")
        assert all(re.match(r"/lista/look/", tag.get("src") or tag.get("href")) for tag in fetched)


def test_du_kan_avanmala_dig_nar_som_helst(served):
    """“Du kan avanmäla dig när som helst”: before confirming, after, and years later; and then the address is gone."""
    assert "Du kan avanmäla dig när som helst" in promise()
    for years, confirms in ((0, False), (0, True), (10, True)):
        served.ask(ANNA)
        number = served.reader(ANNA).number
        link = served.leave_link(number)
        if confirms:
            served.client.post(served.confirm_link(ANNA))
            assert served.reader(ANNA).state is ReaderState.ACTIVE
        served.later(days=365 * years)
        answer = served.browser().post(link)
        assert answer.status_code == 200
        assert "Du har lämnat listan" in answer.text
        assert served.store.subscribers.reader(number).state is ReaderState.ENDED
        assert "anna" not in str(served.everything()).lower()
        served.later(days=2)
