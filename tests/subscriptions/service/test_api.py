"""The signed API: only who knows the secret, only now, only once."""

import json
from datetime import timedelta

import pytest

from plugins.subscriptions import signing
from tests.subscriptions.people import announcement
from tests.subscriptions.service.conftest import NOW

SECRET = "a secret"  # noqa: S105 - for tests


def test_a_signature_holds_for_one_method_path_body_secret_and_time():
    headers = signing.signed(SECRET, "POST", "/lista/api/hold", b"{}", NOW)
    assert signing.check(SECRET, "POST", "/lista/api/hold", b"{}", headers, NOW) == headers[signing.SIGNATURE]
    later = {**headers, signing.TIME: str(int(headers[signing.TIME]) + 1)}
    for given in (
        ("another", "POST", "/lista/api/hold", b"{}", headers, NOW),
        (SECRET, "GET", "/lista/api/hold", b"{}", headers, NOW),
        (SECRET, "POST", "/lista/api/cancel", b"{}", headers, NOW),
        (SECRET, "POST", "/lista/api/hold", b"{ }", headers, NOW),
        (SECRET, "POST", "/lista/api/hold", b"{}", later, NOW),
        (SECRET, "POST", "/lista/api/hold", b"{}", headers, NOW + timedelta(seconds=301)),
        (SECRET, "POST", "/lista/api/hold", b"{}", headers, NOW - timedelta(seconds=301)),
        (SECRET, "POST", "/lista/api/hold", b"{}", {}, NOW),
        (SECRET, "POST", "/lista/api/hold", b"{}", {**headers, signing.SIGNATURE: "é"}, NOW),
    ):
        with pytest.raises(signing.NotSigned):
            signing.check(*given)


def call(served, method, path, body=b"", secret=None):
    headers = signing.signed(secret or served.settings.api_secret, method, path, body, served.now)
    return served.client.request(method, path, content=body, headers=headers)


def test_the_pipeline_tells_that_something_is_new(served):
    answer = call(served, "POST", "/lista/api/notices")
    assert (answer.status_code, answer.json()["baseline"]) == (200, 0)
    assert "/notices.json" in served.site.asked


def test_a_press_officer_pulls_a_letter_back_and_lets_it_go(served):
    first = [announcement("a0000000")]
    served.store.mailings.take_in(first, served.now - timedelta(days=1))  # the baseline
    at = served.now - timedelta(minutes=1)
    served.store.mailings.take_in([*first, announcement("k7q2m9xd", at=at)], served.now)
    body = json.dumps({"release": "k7q2m9xd"}).encode()
    states = []
    for door in ("hold", "release", "cancel"):
        served.later(seconds=1)
        answer = call(served, "POST", f"/lista/api/{door}", body)
        assert (answer.status_code, answer.json()) == (200, {"release": "k7q2m9xd", "mailings": 1})
        states.append(served.store.mailings.find("k7q2m9xd", 1).state.value)
    assert states == ["held", "announced", "cancelled"]
    again = json.dumps({"release": "zzzzzzzz"}).encode()
    assert call(served, "POST", "/lista/api/hold", again).json()["mailings"] == 0


def test_a_request_can_be_used_once(served):
    body = json.dumps({"release": "k7q2m9xd"}).encode()
    path = "/lista/api/hold"
    headers = signing.signed(served.settings.api_secret, "POST", path, body, served.now)
    found = [served.client.post(path, content=body, headers=headers).status_code for _ in range(3)]
    assert found == [200, 409, 409]
    served.later(minutes=6)
    assert served.client.post(path, content=body, headers=headers).status_code == 401


def test_a_request_can_not_be_used_again_at_another_process(serve):
    body = json.dumps({"release": "k7q2m9xd"}).encode()
    path = "/lista/api/hold"
    one, other = serve(), serve()
    headers = signing.signed(one.settings.api_secret, "POST", path, body, one.now)
    assert [each.client.post(path, content=body, headers=headers).status_code for each in (one, other)] == [200, 409]


@pytest.mark.parametrize("door", ["notices", "hold", "release", "cancel"])
def test_without_the_secret_nothing_happens(served, door):
    body = json.dumps({"release": "k7q2m9xd"}).encode()
    before = served.everything()
    assert served.client.post(f"/lista/api/{door}", content=body).status_code == 401
    answer = call(served, "POST", f"/lista/api/{door}", body, secret="guessed")  # noqa: S106 - for tests
    assert answer.status_code == 401
    assert "LIST_API_SECRET" in answer.json()["fault"]
    assert served.client.get(f"/lista/api/{door}").status_code == 405
    assert served.everything() == before
    assert "/notices.json" not in served.site.asked


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"release": 1}', b'{"release": "../../x"}', b"\xff", b"[[[["])
def test_what_names_no_release_is_told_so(served, body):
    answer = call(served, "POST", "/lista/api/hold", body)
    assert answer.status_code == 400
    assert "release" in answer.json()["fault"]


def test_the_status_is_told_to_who_may_know(served):
    assert served.client.get("/lista/api/status").status_code == 401
    answer = call(served, "GET", "/lista/api/status")
    assert answer.status_code == 200
    assert isinstance(answer.json(), dict)


@pytest.mark.parametrize(("notices", "says"), [(None, "404"), (b"<html>", "lacks"), (b'{"format": 9}', "format 9")])
def test_a_site_that_cannot_be_read_is_the_sites_fault(served, notices, says):
    if notices is None:
        del served.site.files["/notices.json"]
    else:
        served.site.files["/notices.json"] = notices
    answer = call(served, "POST", "/lista/api/notices")
    assert answer.status_code == 502
    assert says in answer.json()["fault"]
