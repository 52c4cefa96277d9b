"""Limits: one network, one mail domain and everyone together; a proof of work where it is called for."""

import hashlib
from itertools import count

import pytest
from bs4 import BeautifulSoup

from plugins.subscriptions.service.gate import Gate, Limits, Verdict, network
from plugins.subscriptions.service.proof import BITS, proven
from tests.subscriptions.service.conftest import GENEROUS


@pytest.mark.parametrize(
    ("address", "belongs_to"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("192.0.2.200", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::5", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("not an address", "unknown"),
        (None, "unknown"),
    ],
)
def test_whole_addresses_are_never_counted(address, belongs_to):
    assert network(address) == belongs_to


def test_a_network_that_asks_too_much_is_refused_and_others_are_not():
    gate = Gate(Limits(network="3/minute"), always=False)
    found = [gate.verdict("192.0.2.7", "example.org", proven=False) for _ in range(5)]
    assert found == [Verdict.PASS] * 3 + [Verdict.REFUSE] * 2
    assert gate.verdict("192.0.2.99", "example.org", proven=True) is Verdict.REFUSE
    assert gate.verdict("198.51.100.1", "example.org", proven=False) is Verdict.PASS


def test_what_one_network_is_refused_costs_nobody_else_anything():
    gate = Gate(Limits(network="2/minute", most="10/minute"), always=False)
    for _ in range(100):
        gate.verdict("192.0.2.7", "example.org", proven=False)
    assert gate.verdict("198.51.100.1", "example.org", proven=False) is Verdict.PASS


def test_too_many_for_one_domain_or_in_all_must_prove_that_they_work_for_it():
    gate = Gate(Limits(domain="2/hour", calm="4/minute", most="8/minute"), always=False)

    def ask(number, domain, proven=False):
        return gate.verdict(f"198.51.{number}.1", domain, proven=proven)

    assert [ask(n, "example.org") for n in range(3)] == [Verdict.PASS, Verdict.PASS, Verdict.PROVE]
    assert ask(3, "example.org", proven=True) is Verdict.PASS
    assert [ask(n, "example.net") for n in (4, 5, 6)] == [Verdict.PASS, Verdict.PASS, Verdict.PROVE]
    assert ask(7, "example.com", proven=True) is Verdict.PASS
    assert ask(8, "example.com", proven=True) is Verdict.REFUSE, "above the last limit nothing helps"


def number_for(token, address, bits=BITS):
    return next(str(n) for n in count() if proven(token, address, str(n), bits))


def test_a_proof_holds_for_its_form_and_its_address_alone():
    number = number_for("form", "anna@example.org", 8)
    digest = hashlib.sha256(f"form:anna@example.org:{number}".encode()).hexdigest()
    assert digest.startswith("00")
    assert not all(proven("form", f"{n}@example.org", number, 8) for n in range(4))
    for written in ("", "-1", "1.0", "²", "9" * 13, f" {number}", "0x1"):
        assert not proven("form", "anna@example.org", written, 8)


def test_with_the_switch_on_everyone_proves(serve):
    served = serve(proof_of_work=True)
    email = "anna@example.test"
    page = BeautifulSoup(served.client.post("/lista/subscribe", data=served.form(email)).text, "html.parser")
    assert page.form["data-bits"] == str(BITS)
    assert "prove" in page.select_one("script")["src"]
    assert page.select_one("noscript")
    token = page.select_one("[name=token]")["value"]
    served.later(seconds=3)
    without = served.client.post("/lista/subscribe", data={"email": email, "token": token, "proof": "1"})
    assert "Ett klick till" in without.text
    assert served.reader(email) is None
    answer = served.client.post(
        "/lista/subscribe", data={"email": email, "token": token, "proof": number_for(token, email)}
    )
    assert "Titta i din inkorg" in answer.text
    assert served.service.afterwards.settle()
    assert served.reader(email) is not None


def test_the_breaker_asks_for_a_proof_of_an_address_that_is_known_too(serve):
    """The limit must not tell who is on the list either."""
    served = serve(limits=Limits(network="1000/minute", domain="1000/minute", calm="2/minute", most="1000/minute"))
    served.subscribed("anna@example.test")
    for n in range(2):
        assert "Titta i din inkorg" in served.ask(f"{n}@example.test").text
    for email in ("anna@example.test", "ny@example.test", "0@example.test"):
        assert 'data-bits="16"' in served.ask(email).text


def test_a_network_is_refused_with_a_page_that_says_when_to_come_back(serve):
    served = serve(limits=Limits(network="1/minute"))
    served.ask("anna@example.test")
    answer = served.ask("bo@example.test")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "3600"
    assert "För många på en gång" in answer.text
    assert served.reader("bo@example.test") is None
    assert 'list_refused_total{door="subscribe",verdict="refuse"} 1.0' in served.client.get("/metrics").text


def test_behind_proxies_the_network_is_the_readers_and_cannot_be_made_up(serve):
    served = serve(limits=Limits(network="1/minute"), proxies=1)

    def ask(forwarded):
        return served.client.post(
            "/lista/subscribe", data=served.form("anna@example.test"), headers={"X-Forwarded-For": forwarded}
        ).status_code

    assert ask("198.51.100.1") == 200
    assert ask("203.0.113.5") == 200, "another network"
    assert ask("203.0.113.9, 198.51.100.77") == 429, "what comes before our own proxy's word may be made up"
    unproxied = serve(limits=Limits(network="1/minute"))
    headers = [{"X-Forwarded-For": f"198.51.{n}.1"} for n in range(2)]
    form = unproxied.form("anna@example.test")
    assert [unproxied.client.post("/lista/subscribe", data=form, headers=h).status_code for h in headers] == [200, 429]


def test_one_victim_gets_one_letter_a_day_and_three_in_thirty_days_from_the_whole_world(serve):
    served = serve(limits=GENEROUS, proxies=1)
    victim = "offer@example.test"
    letters = []
    for day in range(31):
        for asker in range(2):
            served.client.post(
                "/lista/subscribe", data=served.form(victim), headers={"X-Forwarded-For": f"198.{day}.{asker}.1"}
            )
        assert served.service.afterwards.settle()
        letters.append(len(served.everything()["deliveries"]))
        served.later(days=1)
    assert letters[0] == 1
    assert letters[29] == 3
