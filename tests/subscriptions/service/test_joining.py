"""Signing up and confirming: one answer for all, nothing by looking, one click where it was asked for."""

import re
import threading
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from plugins.subscriptions.keys import Address
from plugins.subscriptions.reader import EndReason, Frequency, ReaderState

ANNA = "anna@example.test"


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def test_the_address_alone_makes_a_reader_who_follows_everything_at_once(served):
    answer = served.ask(ANNA)
    assert answer.status_code == 200
    assert "Titta i din inkorg" in answer.text
    reader = served.reader(ANNA)
    assert reader.state is ReaderState.PENDING
    assert (reader.choice.topics, reader.choice.frequency, reader.choice.urgent_only) == (
        frozenset(), Frequency.AT_ONCE, False,
    )  # fmt: skip
    assert served.client.post(served.confirm_link(ANNA)).status_code == 200
    assert served.reader(ANNA).state is ReaderState.ACTIVE


def test_what_is_chosen_is_kept(served):
    served.ask(ANNA, language="en", frequency="weekly", urgent_only="yes", topics=["keyword:luft", "type:nyhet"])
    choice = served.reader(ANNA).choice
    assert (choice.language, choice.frequency, choice.urgent_only) == ("en", Frequency.WEEKLY, True)
    assert choice.topics == {"keyword:luft", "type:nyhet"}


def test_the_answer_is_the_same_for_every_address(served):
    """Known, waiting, kept away, limited or never heard of: not a byte, a header or a cookie's shape differs."""
    served.subscribed("aktiv1@example.test")
    served.ask("vantar@example.test")
    for name, reason in (("studs1", EndReason.BOUNCE), ("stopp1", EndReason.OPERATOR)):
        address = Address.of(f"{name}@example.test", test=True)
        served.store.subscribers.suppress(served.keys.mark(address), reason, served.now)
    answers = {}
    for name in ("aktiv1", "vantar", "studs1", "stopp1", "okand1", "okand1", "x@ingen-post-1.test"):
        email = name if "@" in name else f"{name}@example.test"
        answer = served.browser().post("/lista/subscribe", data=served.form(email))
        headers = {key: re.sub(r"asked=[0-9a-f]{24}", "asked=…", value) for key, value in answer.headers.items()}
        answers.setdefault((answer.status_code, answer.text.replace(email, "…"), str(headers)), []).append(name)
    assert len(answers) == 1, answers.values()


def test_the_answer_comes_before_anything_is_looked_up(served):
    """With the store out of reach, an address that is known and one that isn't are still answered alike."""
    served.subscribed(ANNA)
    asked = []

    def slow(*given):
        asked.append(given)
        raise AssertionError("nobody may wait for this")

    others = threading.Event()
    served.service.afterwards.put(lambda: others.wait(10))  # another's sign-up keeps the store busy
    served.store.subscribers.sign_up = slow
    for email in (ANNA, "ny@example.test"):
        assert served.client.post("/lista/subscribe", data=served.form(email)).status_code == 200
    assert asked == []
    others.set()
    assert served.service.afterwards.settle()
    assert len(asked) == 2


def test_a_second_request_the_same_day_sends_no_second_letter(served):
    served.ask(ANNA)
    before = served.everything()
    assert "Titta i din inkorg" in served.ask(ANNA).text
    assert served.everything() == before


def test_case_19_many_plus_addresses_bring_one_mailbox_one_letter_and_the_same_answer(served):
    answers = {served.ask(email).text.replace(email, "…") for email in (f"anna+{n}@example.test" for n in range(9))}
    assert len(answers) == 1
    assert len(served.everything()["deliveries"]) == len(served.everything()["readers"]) == 1


def test_the_answer_leaves_a_short_lived_cookie_that_only_the_confirmation_page_gets(served):
    cookie = served.ask(ANNA).headers["set-cookie"]
    assert re.fullmatch(
        r"asked=[0-9a-f]{24}; HttpOnly; Max-Age=86400; Path=/lista/confirm/; SameSite=lax; Secure", cookie
    )


def test_opening_a_link_changes_nothing_however_often(served):
    """Scanners fetch every link in a letter, with GET and with HEAD."""
    served.ask(ANNA)
    number = served.reader(ANNA).number
    scanner = served.browser()
    before = served.everything()
    for link in (served.confirm_link(ANNA), served.leave_link(number), served.manage_link(number)):
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            scanner.request(method, link)
    assert served.everything() == before
    assert served.client.post(served.confirm_link(ANNA)).status_code == 200  # the scanner has not burnt it
    assert served.reader(ANNA).state is ReaderState.ACTIVE


def test_the_page_posts_itself_only_in_the_browser_that_asked_for_that_address(served):
    served.ask(ANNA)
    served_elsewhere, stranger = served.browser(), served.browser()
    stranger.post("/lista/subscribe", data=served.form("annan@example.test"))
    link = served.confirm_link(ANNA)
    assert "confirm" in soup(served.client.get(link)).select_one("script")["src"]
    assert soup(served_elsewhere.get(link)).select("script") == []
    assert soup(stranger.get(link)).select("script") == []
    assert soup(served_elsewhere.get(link)).select_one("form button").text == "Ja, prenumerera"


def test_a_confirmation_link_can_be_used_again(served):
    served.ask(ANNA)
    link = served.confirm_link(ANNA)
    first, second = served.client.post(link), served.client.post(link)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.text == second.text == served.client.get(link).text
    assert 'asked=""' in first.headers["set-cookie"]


def test_a_confirmation_lasts_seven_days_and_can_be_asked_for_again(served):
    served.ask(ANNA)
    link = served.confirm_link(ANNA)
    served.later(days=6, hours=23)
    assert served.client.get(link).status_code == 200
    served.later(days=1)
    for answer in (served.client.get(link), served.client.post(link)):
        assert answer.status_code == 410
        assert "Länken är för gammal" in answer.text
        assert soup(answer).select_one("a[href='/lista/subscribe?language=sv']")
    assert served.reader(ANNA).state is ReaderState.PENDING
    served.ask(ANNA)
    assert served.client.post(served.confirm_link(ANNA)).status_code == 200


def test_only_the_newest_letter_confirms(served):
    served.ask(ANNA)
    old = served.confirm_link(ANNA)
    served.later(days=2)
    served.ask(ANNA)
    assert "Det finns ett nyare mejl" in served.client.get(old).text
    assert served.client.post(old).status_code == 410
    assert served.client.post(served.confirm_link(ANNA)).status_code == 200


@pytest.mark.parametrize("damage", [lambda link: link[:-3], lambda link: link + "A", lambda link: "/lista/confirm/x.y"])
def test_a_damaged_link_says_so(served, damage):
    served.ask(ANNA)
    link = damage(served.confirm_link(ANNA))
    for answer in (served.client.get(link), served.client.post(link)):
        assert answer.status_code == 400
        assert "Länken är inte hel" in answer.text
    assert served.reader(ANNA).state is ReaderState.PENDING


def test_a_link_of_another_kind_confirms_nothing(served):
    served.ask(ANNA)
    number = served.reader(ANNA).number
    for token in (served.keys.leave_token(number), served.keys.manage_token(number, served.now)):
        assert served.client.post(f"/lista/confirm/{token}").status_code == 400
    assert served.reader(ANNA).state is ReaderState.PENDING


def test_without_script_the_answer_is_a_page_with_one_button(served):
    """The static form has no signed time then; the page that follows has, and carries on all that was chosen."""
    chosen = {"language": "en", "frequency": "daily", "urgent_only": "yes", "topics": ["keyword:luft"]}
    page = served.client.post("/lista/subscribe", data={"email": ANNA, "token": "", **chosen})
    assert page.status_code == 200
    assert "One more click" in page.text
    assert "set-cookie" not in page.headers
    assert len(soup(page).select("form button")) == 1
    fields = {}
    for field in soup(page).select("form input"):
        fields.setdefault(field["name"], []).append(field["value"])
    served.later(seconds=2)
    answer = served.client.post(soup(page).form["action"], data=fields)
    assert "Look in your inbox" in answer.text
    assert served.service.afterwards.settle()
    choice = served.reader(ANNA).choice
    assert (choice.language, choice.frequency.value, choice.urgent_only, choice.topics) == (
        "en", "daily", True, {"keyword:luft"},
    )  # fmt: skip


@pytest.mark.parametrize("age", [timedelta(0), timedelta(hours=7), timedelta(minutes=-5)])
def test_a_form_sent_at_once_or_far_too_late_needs_one_more_click(served, age):
    token = served.keys.form_token(served.now - age)
    answer = served.client.post("/lista/subscribe", data={"email": ANNA, "token": token})
    assert "Ett klick till" in answer.text
    assert served.service.afterwards.settle()
    assert served.reader(ANNA) is None


def test_the_static_form_is_given_a_signed_time(served):
    answer = served.client.get("/lista/token")
    assert answer.headers["access-control-allow-origin"] == "https://press.example.org"
    served.later(seconds=3)
    assert served.keys.form_age(answer.text, served.now) == timedelta(seconds=3)


def test_who_fills_in_the_hidden_field_is_answered_and_forgotten(served):
    answer = served.ask(ANNA, website="https://spam.example/")
    assert "Titta i din inkorg" in answer.text
    assert served.reader(ANNA) is None


NO_ADDRESSES = [
    "",
    "anna",
    "anna@",
    "@example.org",
    "anna@example",
    "anna@exa mple.org",
    "anna@example.org, bo@example.org",
    "Anna <anna@example.org>",
    "anna@[127.0.0.1]",
    "anna@example..org",
    ".anna@example.org",
    "anna@-example.org",
    f"{'a' * 65}@example.org",
    f"anna@{'a' * 64}.org",
    f"anna@{'.'.join(['abcdefgh'] * 30)}.org",
    "anna@example.org\r\nBcc: offer@example.net",
    "anna@example.org\nSubject: Hej",
    "anna@example.org%0d%0aBcc:bo@example.net",
    "anna\x00@example.org",
    "anna@example.org\u202e",
    "anna\u200b@example.org",
    "“anna”@example.org\x7f",
    "<script>alert(1)</script>@example.org",
]


def test_what_is_no_address_is_told_beside_the_field_and_stored_nowhere(served):
    before = served.everything()
    for written in NO_ADDRESSES:
        answer = served.ask(written)
        assert answer.status_code == 422, written
        field = soup(answer).select_one("#email")
        assert field["aria-invalid"] == "true"
        assert soup(answer).select_one(f"#{field['aria-describedby']}").text.startswith("Det här är inte en hel")
        assert "<script>alert" not in answer.text
    assert served.everything() == before


SAME_READER = [
    ("Anna@Example.test", "anna@example.TEST"),
    ("anna@bücher.example", "anna@xn--bcher-kva.example"),
    ("anna@BÜCHER.example", "anna@bücher.example"),
    (" anna@example.test ", "anna@example.test"),
]


@pytest.mark.parametrize(("one", "other"), SAME_READER)
def test_one_address_written_in_two_ways_is_one_reader(served, one, other):
    served.ask(one)
    served.ask(other)
    assert len(served.everything()["readers"]) == 1


LOOK_ALIKES = [
    ("anna@example.test", "anna+press@example.test"),  # plus-addressing is somebody's own choice
    ("anna@example.test", "an.na@example.test"),
    ("anna@paypal.example", "anna@pаypal.example"),  # the second a is Cyrillic
]


@pytest.mark.parametrize(("one", "other"), LOOK_ALIKES)
def test_addresses_that_only_look_alike_are_two_readers(served, one, other):
    served.ask(one)
    served.later(days=2)  # a mailbox gets one confirmation a day
    answer = served.ask(other)
    assert len(served.everything()["readers"]) == 2
    assert answer.text.isascii() or "а" not in answer.text, "a foreign letter is shown as what it is"


def test_a_form_of_another_site_is_refused(served):
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://press.example.org.evil.example", "Sec-Fetch-Site": "same-site"},
    ):
        answer = served.client.post("/lista/subscribe", data=served.form(ANNA), headers=headers)
        assert answer.status_code == 403, headers
    for headers in (
        {"Origin": "https://press.example.org"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {},
    ):
        answer = served.client.post("/lista/subscribe", data=served.form(ANNA), headers=headers)
        assert answer.status_code == 200, headers


def test_a_page_elsewhere_cannot_confirm_in_someones_browser(served):
    served.ask(ANNA)
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert served.client.post(served.confirm_link(ANNA), headers=evil).status_code == 403
    assert served.reader(ANNA).state is ReaderState.PENDING


@pytest.mark.parametrize(
    "fields",
    [{"frequency": "hourly"}, {"topics": ["keyword:' OR 1=1"]}, {"topics": [f"keyword:a{n}" for n in range(201)]}],
)
def test_what_no_form_of_ours_sends_is_refused(served, fields):
    assert served.ask(ANNA, **fields).status_code == 400
    assert served.reader(ANNA) is None


def test_pages_speak_the_readers_language(served):
    served.ask(ANNA, language="en")
    assert 'lang="en"' in served.client.get(served.confirm_link(ANNA)).text
    for accepted, language in (("en-GB,sv;q=0.5", "en"), ("de, en;q=0.8", "en"), ("de", "sv"), ("sv-FI", "sv")):
        answer = served.client.get("/lista/subscribe", headers={"Accept-Language": accepted})
        assert f'<html lang="{language}">' in answer.text
    assert '<html lang="en">' in served.client.get("/lista/subscribe?language=en").text


def test_nothing_is_promised_before_the_press_room_has_said_what_is_promised(serve):
    served = serve()
    served.service.offers.known = False
    answer = served.ask(ANNA)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert served.reader(ANNA) is None


def test_consent_names_the_wording_that_was_shown(served):
    served.ask(ANNA, language="en")
    served.ask("bo@example.test", language="sv")
    served.later(days=3)
    served.ask("cecilia@example.test", language="sv")
    kept = [value for row in served.everything()["consents"] for value in map(str, row)]
    marks = [value for value in kept if re.fullmatch(r"[0-9a-f]{32}", value)]
    assert len(marks) == 3
    assert len(set(marks)) == 2, "the same words have the same mark, other words another"
