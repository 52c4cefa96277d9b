"""Leaving needs nothing and shows nothing; all else takes a fresh link that was sent to the address."""

import json

from bs4 import BeautifulSoup

from plugins.subscriptions.keys import Address
from plugins.subscriptions.reader import EndReason, Frequency, ReaderState

ANNA = "anna@example.test"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def test_one_click_ends_it_with_no_cookie_no_login_and_no_redirect(served):
    """RFC 8058, 3.1 and 3.2: a POST from the mail provider's own server."""
    number = served.subscribed(ANNA)
    answer = served.browser().post(served.leave_link(number), data=ONE_CLICK)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers
    reader = served.store.subscribers.reader(number)
    assert (reader.state, reader.end_reason, reader.address) == (ReaderState.ENDED, EndReason.ONE_CLICK, None)


def test_one_click_may_come_as_multipart(served):
    """RFC 8058, 3.2 lets the provider choose either encoding."""
    number = served.subscribed(ANNA)
    answer = served.browser().post(served.leave_link(number), files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 200
    assert served.store.subscribers.reader(number).end_reason is EndReason.ONE_CLICK


def test_one_click_works_twice_years_later_after_erasure_and_after_key_rotation(serve):
    served = serve(secrets=("an old secret that has been retired",))
    first, second = served.subscribed(ANNA), served.subscribed("bo@example.test")
    links = served.leave_link(first), served.leave_link(second)
    served.later(days=3 * 365)
    assert [served.client.post(links[0], data=ONE_CLICK).status_code for _ in range(2)] == [200, 200]
    rotated = serve(secrets=("a new secret", "an old secret that has been retired"))
    rotated.later(days=5 * 365)
    rotated.store.privacy.erase(second, True, rotated.now)
    before = rotated.everything()
    for link in links:
        answer = rotated.client.post(link, data=ONE_CLICK)
        assert answer.status_code == 200
        assert "Du har lämnat listan" in answer.text or "You have left the list" in answer.text
    assert rotated.everything() == before


def test_leaving_by_the_page_takes_one_button(served):
    number = served.subscribed(ANNA)
    page = served.client.get(served.leave_link(number))
    assert len(soup(page).select("form button")) == 1
    assert soup(page).select("form input, script") == []
    assert served.client.post(served.leave_link(number)).status_code == 200
    assert served.store.subscribers.reader(number).end_reason is EndReason.PAGE


def test_who_has_asked_and_not_confirmed_can_leave_too(served):
    served.ask(ANNA)
    number = served.reader(ANNA).number
    served.client.post(served.leave_link(number), data=ONE_CLICK)
    assert served.store.subscribers.reader(number).state is ReaderState.ENDED


def test_a_forwarded_letter_can_end_it_and_shows_nothing(served):
    """The colleague who got the letter has the leave link, and learns nothing from it, before or after."""
    number = served.subscribed(ANNA, topics=frozenset({"keyword:vatten"}), frequency=Frequency.WEEKLY)
    colleague = served.browser()
    link = served.leave_link(number)
    pages = [colleague.get(link), colleague.get(link.replace("/leave/", "/manage/")), colleague.post(link)]
    for page in pages:
        for secret in ("anna", "example.test", "Vatten", "vatten", "weekly", "veckan"):
            assert secret not in page.text
    assert [page.status_code for page in pages] == [200, 400, 200]


def test_a_damaged_leave_link_is_told_of_and_ends_nothing(served):
    number = served.subscribed(ANNA)
    answer = served.client.post(served.leave_link(number)[:-4], data=ONE_CLICK)
    assert answer.status_code == 400
    assert served.reader(ANNA) is not None


def test_a_link_to_the_choices_is_sent_only_to_those_who_have_some_and_nobody_sees_to_whom(served):
    served.subscribed(ANNA)
    answers = {}
    for email in (ANNA, "bert@example.test"):
        before = len(served.everything()["deliveries"])
        answer = served.browser().post("/lista/manage", data=served.form(email))
        assert served.service.afterwards.settle()
        answers[email] = (answer.status_code, answer.text.replace(email, "…"), dict(answer.headers).keys())
        assert len(served.everything()["deliveries"]) - before == (email == ANNA)
    assert answers[ANNA] == answers["bert@example.test"]


def test_the_form_for_a_link_judges_like_the_other(served):
    assert served.client.get("/lista/manage").status_code == 200
    assert served.client.post("/lista/manage", data=served.form("anna@")).status_code == 422
    assert "Formuläret stod öppet" in served.client.post("/lista/manage", data={"email": ANNA, "token": "x"}).text
    evil = {"Origin": "https://evil.example"}
    assert served.client.post("/lista/manage", data=served.form(ANNA), headers=evil).status_code == 403
    number = served.subscribed(ANNA)
    served.client.post("/lista/manage", data=served.form(ANNA, website="x"))
    assert served.service.afterwards.settle()
    assert served.everything()["deliveries"] == []
    assert number


def test_the_fresh_link_shows_the_choices_and_changes_them(served):
    number = served.subscribed(ANNA, topics=frozenset({"keyword:vatten", "keyword:borttaget"}))
    link = served.manage_link(number)
    page = soup(served.client.get(link))
    assert page.select_one(".lead").text == ANNA
    checked = {field["value"] for field in page.select("[name=topics][checked]")}
    assert checked == {"keyword:vatten", "keyword:borttaget"}, "what is no longer offered can still be let go"
    labels = [field.parent.get_text(strip=True) for field in page.select("[name=topics][value^=keyword]")]
    assert labels == ["borttaget", "Luft", "Vatten"]
    form = {"language": "en", "frequency": "daily", "urgent_only": "yes", "topics": ["audience:vard"]}
    answer = served.client.post(link, data=form)
    assert "Saved." in answer.text
    choice = served.reader(ANNA).choice
    assert (choice.language, choice.frequency, choice.urgent_only, choice.topics) == (
        "en", Frequency.DAILY, True, {"audience:vard"},
    )  # fmt: skip


def test_the_link_works_for_thirty_minutes(served):
    number = served.subscribed(ANNA)
    link = served.manage_link(number)
    served.later(minutes=29)
    assert served.client.get(link).status_code == 200
    served.later(minutes=2)
    before = served.everything()
    for answer in (
        served.client.get(link),
        served.client.post(link, data={"frequency": "daily"}),
        served.client.get(f"{link}/export"),
        served.client.post(f"{link}/erase"),
    ):
        assert answer.status_code == 410
        assert soup(answer).select_one("a[href='/lista/manage?language=sv']")
        assert ANNA not in answer.text
    assert served.everything() == before


def test_a_page_elsewhere_cannot_change_or_erase(served):
    number = served.subscribed(ANNA)
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    before = served.everything()
    for link in (served.manage_link(number), f"{served.manage_link(number)}/erase"):
        assert served.client.post(link, data={"frequency": "daily"}, headers=evil).status_code == 403
    assert served.everything() == before


def test_what_is_held_can_be_fetched_as_a_file(served):
    number = served.subscribed(ANNA, topics=frozenset({"keyword:vatten"}))
    answer = served.client.get(f"{served.manage_link(number)}/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="subscription.json"'
    assert answer.headers["content-type"] == "application/json"
    held = json.loads(answer.text)["subscription"]
    assert (held["address"], held["topics"]) == (ANNA, ["keyword:vatten"])


def test_erasing_erases_and_can_be_done_twice(served):
    number = served.subscribed(ANNA)
    link = f"{served.manage_link(number)}/erase"
    assert "Bara en kod" not in served.client.post(link).text
    assert "Vi har inte längre några uppgifter om dig." in served.client.post(link).text
    assert ANNA not in str(served.everything())
    assert served.keys.mark(Address.of(ANNA, test=True)) not in str(served.everything())
    assert served.client.get(served.manage_link(number)).status_code == 410


def test_who_wishes_is_kept_away_until_they_sign_up_themselves(served):
    number = served.subscribed(ANNA)
    answer = served.client.post(f"{served.manage_link(number)}/erase", data={"keep_away": "yes"})
    assert "Bara en kod finns kvar" in answer.text
    mark = served.keys.mark(Address.of(ANNA, test=True))
    assert served.store.subscribers.suppression(mark).reason is EndReason.ERASED
    assert ANNA not in str(served.everything())
    served.ask(ANNA)
    served.client.post(served.confirm_link(ANNA))
    assert served.reader(ANNA).state is ReaderState.ACTIVE
    assert served.store.subscribers.suppression(mark) is None
