from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from plugins.newsroom import Site
from plugins.pages import wellknown
from tests.nouns import a_newsroom, a_security_policy, a_stage


def written(**newsroom: Any) -> dict[str, str]:
    return {output.path: output.render().decode() for output in wellknown.outputs(a_stage(a_newsroom(**newsroom)))}


def fields(text: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (line.partition(": ") for line in text.splitlines())]


def test_robots_are_welcome_and_told_of_the_sitemap() -> None:
    assert written(site=Site("https://example.se/press")) == {
        "robots.txt": "User-agent: *\nAllow: /\n\nSitemap: https://example.se/press/sitemap.xml\n"
    }


def test_a_demonstration_lets_robots_in_to_see_that_it_asks_not_to_be_indexed() -> None:
    robots = written(demonstration=True)["robots.txt"]
    assert robots.startswith("# ")
    assert "Disallow" not in robots


def test_security_txt_has_the_fields_of_rfc_9116() -> None:
    policy = a_security_policy(expires=datetime(2032, 6, 1, 12, 0, tzinfo=ZoneInfo("Europe/Stockholm")))
    assert fields(written(security=policy)[".well-known/security.txt"]) == [
        ("Contact", "mailto:sakerhet@example.se"),
        ("Expires", "2032-06-01T10:00:00Z"),
        ("Preferred-Languages", "sv, en"),
        ("Canonical", "https://press.example.se/.well-known/security.txt"),
        ("Policy", "https://www.example.se/sakerhet"),
    ]


def test_web_addresses_in_security_txt_are_https() -> None:
    policy = a_security_policy(policy="http://www.example.se/sakerhet")
    text = written(security=policy, site=Site("http://localhost:8000"))[".well-known/security.txt"]
    assert [name for name, _ in fields(text)] == ["Contact", "Expires", "Preferred-Languages"]
