"""What holds for every answer: headers, limits on bodies, no traceback, and what happens when the database is away."""

import asyncio
import re
import threading

import pytest

from plugins.subscriptions.delivery import Outcome
from plugins.subscriptions.service.look import language_of
from plugins.subscriptions.store import Unavailable
from tests.subscriptions.people import announcement
from tests.subscriptions.service.conftest import OFFER

ANNA = "anna@example.test"


def pages(served):
    """Answer one answer of every kind that there is."""
    number = served.subscribed(ANNA)
    served.ask("bo@example.test")
    client = served.browser()
    yield client.get("/lista/")
    for path in ("subscribe", "token", "manage", "nowhere", "confirm/x", "leave/x", "manage/x", "api/status"):
        yield client.get(f"/lista/{path}")
    yield client.get("/elsewhere")
    yield client.get("/healthz")
    yield client.get("/metrics")
    yield client.get(served.confirm_link("bo@example.test"))
    yield client.get(served.leave_link(number))
    yield client.get(served.manage_link(number))
    yield client.get(f"{served.manage_link(number)}/export")
    for email in (ANNA, "anna@"):
        yield client.post("/lista/subscribe", data=served.form(email))
        yield client.post("/lista/manage", data=served.form(email))
    yield client.post("/lista/subscribe", data={"email": ANNA})
    yield client.post("/lista/subscribe", content=b"x" * 100_000)
    yield client.request("DELETE", "/lista/subscribe")
    yield client.post("/lista/api/notices", content=b"{}")
    yield client.post(f"{served.manage_link(number)}/erase")
    yield client.post(served.leave_link(number))


def test_every_answer_is_kept_out_of_frames_caches_other_sites_and_search_engines(served):
    kinds = set()
    for answer in pages(served):
        kinds.add(answer.status_code)
        headers = answer.headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "noindex" in headers["x-robots-tag"]
        if headers.get("content-type", "").startswith("text/html"):
            assert '<meta name="robots" content="noindex">' in answer.text
            assert re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=\"|javascript:", answer.text) is None
    assert kinds >= {200, 302, 400, 401, 404, 405, 413, 415, 422} - {415}


def test_the_look_is_cached_for_ever_under_a_name_of_its_own(served):
    page = served.client.get("/lista/subscribe").text
    links = re.findall(r'(?:href|src)="(/lista/look/[^"]+)"', page)
    assert len(links) >= 3
    for link in links:
        answer = served.client.get(link)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    stylesheet = next(link for link in links if link.endswith("style.css"))
    fonts = re.findall(r'url\("(fonts/[^"]+)"\)', served.client.get(stylesheet).text)
    assert fonts
    for font in fonts:
        assert served.client.get(stylesheet.replace("style.css", font)).status_code == 200
    for strange in ("../../../settings.py", "..%2f..%2fapp.py", "app.py", "style.css/"):
        assert served.client.get(stylesheet.replace("style.css", strange)).status_code == 404
    assert served.client.get(stylesheet.replace("/look/", "/look/0")).status_code == 404


def test_bodies_have_limits(served):
    for path in ("/lista/subscribe", "/lista/manage", "/lista/leave/x", "/lista/confirm/x", "/lista/api/hold"):
        assert served.client.post(path, content=b"a=" + b"x" * 40_000).status_code == 413, path

    async def endless():
        for _ in range(100):
            yield b"x" * 1_000

    assert served.client.post("/lista/subscribe", content=endless()).status_code == 413, "also without a length"


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_a_form_comes_as_forms_do(served, kind):
    headers = {"Content-Type": kind}
    answer = served.client.post("/lista/subscribe", content=b"email=anna%40example.test", headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize("body", [b"email=\xff\xfe", b"&".join(b"topics=a" for _ in range(500))])
def test_a_malformed_form_is_no_fault_of_ours(served, body):
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert served.client.post("/lista/subscribe", content=body, headers=kind).status_code == 400


def test_a_body_that_never_comes_is_not_waited_for(served, monkeypatch):
    monkeypatch.setattr("plugins.subscriptions.service.asking.body.__defaults__", (32_000, 0.05))

    async def trickle():
        yield b"email="
        await asyncio.sleep(5)
        yield b"x"

    assert served.client.post("/lista/subscribe", content=trickle()).status_code == 408


def test_strange_paths_and_tokens_are_no_fault_of_ours(served):
    for token in ("%00", "%F0%9F%92%A9", "a" * 5_000, "%2e%2e%2f", "'--", "eyJ.x.y"):
        for door in ("confirm", "leave", "manage"):
            assert served.client.get(f"/lista/{door}/{token}").status_code in (400, 404)
            assert served.client.post(f"/lista/{door}/{token}").status_code in (400, 404, 405)


def test_a_fault_of_ours_is_a_page_with_all_headers_and_no_traceback(served):
    def broken(number):
        raise RuntimeError("anna@example.test")

    served.store.subscribers.reader = broken
    with pytest.raises(RuntimeError):
        served.client.get("/lista/leave/" + served.keys.leave_token(1))
    quiet = served.browser()
    quiet._client._transport.raise_app_exceptions = False
    answer = quiet.get("/lista/leave/" + served.keys.leave_token(1))
    assert answer.status_code == 500
    assert "Något gick fel" in answer.text
    assert "RuntimeError" not in answer.text
    assert "anna" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_while_the_database_is_away_nobody_is_promised_anything(served, monkeypatch):
    """What was promised before is kept when it comes back; what comes meanwhile is told to come back."""
    working = served.store.subscribers.sign_up
    away = [True]

    def sometimes(*given):
        if away[0]:
            raise Unavailable("the database is away")
        return working(*given)

    served.store.subscribers.sign_up = sometimes
    monkeypatch.setattr("plugins.subscriptions.service.afterwards.PATIENCE", (0.01,))
    assert served.client.post("/lista/subscribe", data=served.form(ANNA)).status_code == 200
    while not served.service.afterwards.stuck:
        pass
    served.subscribed("bo@example.test")
    for email in ("ny@example.test", "bo@example.test"):
        answer = served.client.post("/lista/subscribe", data=served.form(email))
        assert answer.status_code == 503
    assert served.client.get("/healthz").status_code == 503
    away[0] = False
    assert served.service.afterwards.settle()
    assert served.reader(ANNA) is not None
    assert served.client.get("/healthz").status_code == 200


def test_who_leaves_while_the_database_is_away_is_told_to_try_again(served):
    number = served.subscribed(ANNA)

    def gone(*given):
        raise Unavailable("the database is away")

    served.store.subscribers.leave = gone
    answer = served.client.post(served.leave_link(number))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"


def test_what_was_promised_is_stored_before_the_service_stops(serve):
    served = serve()
    for n in range(50):
        served.client.post("/lista/subscribe", data=served.form(f"{n}@example.test"))
    served.service.stop()
    assert len(served.everything()["readers"]) == 50


def test_one_piece_of_work_that_fails_costs_nothing_else(served, caplog):
    def broken():
        raise ValueError("a fault")

    served.service.afterwards.put(broken)
    served.ask(ANNA)
    assert served.reader(ANNA) is not None
    assert "work after an answer failed" in caplog.text


def test_more_than_can_be_promised_is_refused_for_all_alike(served, monkeypatch):
    served.subscribed(ANNA)
    monkeypatch.setattr(served.service.afterwards._waiting, "maxsize", 1)
    held = threading.Event()
    served.service.afterwards.put(lambda: held.wait(10))
    found = [
        served.client.post("/lista/subscribe", data=served.form(email)).status_code
        for email in ("x@example.test", ANNA, "y@example.test", ANNA)
    ]
    held.set()
    assert found[1:] == [503, 503, 503]
    assert served.service.afterwards.settle()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("en", "en"), ("sv-SE,sv;q=0.9", "sv"), ("", "sv"), ("fi", "sv"), ("EN-us", "en"), ("*", "sv"), ("," * 500, "sv")],
)
def test_the_browsers_language_is_spoken_if_it_can_be(accepted, language):
    assert language_of({"accept-language": accepted}, OFFER) == language


def test_numbers_are_for_those_on_this_side_of_the_proxy(served):
    served.ask(ANNA)
    numbers = served.client.get("/metrics").text
    assert 'list_sign_ups_total{outcome="confirmation"} 1.0' in numbers
    assert 'list_requests_total{door="subscribe",status="200"} 1.0' in numbers
    assert 'list_readers{state="pending"} 1.0' in numbers
    assert "list_waiting 0.0" in numbers
    assert served.client.get("/metrics", headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 404


def test_how_promptly_letters_go_is_among_the_numbers(served):
    def number(name: str) -> float:
        return float(re.search(rf"^{re.escape(name)} (\S+)$", served.client.get("/metrics").text, re.MULTILINE)[1])

    served.subscribed(ANNA)
    served.store.mailings.take_in([], served.now)
    at = served.now
    served.store.mailings.take_in([announcement("k7q2m9xd", at=at)], at)
    served.later(minutes=2, seconds=30)
    assert number("list_oldest_letter_seconds") == 30, "a release that nobody fans out is late, too"
    served.later(seconds=-30)
    served.store.mailings.fan_out_due(served.now)
    served.later(minutes=3)
    assert number('list_deliveries{state="queued"}') == 1
    assert (number("list_oldest_letter_seconds"), number("list_release_seconds")) == (180, 0)
    (claim,) = served.store.ledger.exchange("w", (), 1, served.now).claims
    served.store.ledger.exchange("w", [Outcome.accepted(claim, "250 ok")], 0, served.now)
    assert (number("list_oldest_letter_seconds"), number("list_release_seconds")) == (0, 300)


def test_each_answer_is_one_line_in_the_log_and_names_no_address(served, caplog):
    caplog.set_level("INFO")
    number = served.subscribed(ANNA)
    served.client.get(served.manage_link(number))
    lines = [record for record in caplog.records if record.getMessage() == "answer"]
    assert [(line.door, line.method, line.status) for line in lines] == [("choices", "GET", 200)]
