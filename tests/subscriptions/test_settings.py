from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from plugins.subscriptions.delivery import Policy
from plugins.subscriptions.settings import LOCAL_SECRET, BadSettings, Dkim, Mode, Relay, Security, Settings

PUBLIC = {
    "LIST_MODE": "public",
    "LIST_STATE": "/var/lib/list",
    "LIST_SITE": "https://press.example.se",
    "LIST_SERVICE": "https://press.example.se/lista/",
    "LIST_SENDER": "Pressrummet <press@example.se>",
    "LIST_RETURN_DOMAIN": "bounces.example.se",
    "LIST_RELAY": "smtp://user:p%40ss@relay.example.se",
    "LIST_SECRETS": f"{'n' * 32}, {'o' * 32}",
    "LIST_PEPPER": "p" * 32,
    "LIST_API_SECRET": "a" * 32,
    "LIST_TIMEZONE": "Europe/Stockholm",
}


def faults(**changes: str) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as raised:
        Settings.from_environment(PUBLIC | {f"LIST_{name}": value for name, value in changes.items()})
    return raised.value.faults


def test_one_s_own_computer_needs_no_settings() -> None:
    settings = Settings.from_environment({"PATH": "/bin"})
    assert settings.mode is Mode.LOCAL
    assert settings.database == "sqlite:///.list/list.sqlite"
    assert settings.in_doubt is Policy.RECONCILE_THEN_RESEND
    assert (settings.send_window, settings.pull_back) == (timedelta(hours=48), timedelta(minutes=2))
    assert settings.relay == Relay(host="localhost", port=1025, security=Security.NONE)
    assert settings.dkim == ()


def test_public_settings() -> None:
    settings = Settings.from_environment(PUBLIC)
    assert settings.site == "https://press.example.se/"
    assert settings.database == "sqlite:////var/lib/list/list.sqlite"
    assert settings.state == Path("/var/lib/list")
    assert settings.secrets == ("n" * 32, "o" * 32)
    relay = settings.relay
    assert (relay.host, relay.port, relay.security) == ("relay.example.se", 587, Security.STARTTLS)
    assert (relay.user, relay.password) == ("user", "p@ss")
    assert (settings.digests.timezone, settings.digests.daily) == (ZoneInfo("Europe/Stockholm"), time(16))
    assert (settings.digests.weekday, settings.digests.weekly) == (4, time(15))


def test_public_mode_lacks_what_it_needs_and_says_so_all_at_once() -> None:
    with pytest.raises(BadSettings) as raised:
        Settings.from_environment({"LIST_MODE": "public"})
    assert raised.value.faults == tuple(
        f"LIST_{name} must be set in public mode."
        for name in (
            "STATE", "SITE", "SERVICE", "SENDER", "RETURN_DOMAIN", "RELAY", "SECRETS", "PEPPER", "API_SECRET",
            "TIMEZONE",
        )
    )  # fmt: skip


@pytest.mark.parametrize("name", ["SECRETS", "PEPPER", "API_SECRET"])
def test_public_mode_refuses_the_secret_that_everyone_knows(name: str) -> None:
    (fault,) = faults(**{name: LOCAL_SECRET})
    assert fault == f"LIST_{name} is the secret that everyone knows; make one of your own."
    assert "at least 32 characters" in faults(**{name: "short"})[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODE", "puplic"),
        ("SITE", "http://press.example.se"),
        ("SERVICE", "press.example.se/lista"),
        ("SENDER", "Pressrummet\n<press@example.se>"),
        ("SENDER", "Pressrummet"),
        ("RETURN_DOMAIN", "Bounces.example.se"),
        ("RELAY", "relay.example.se:25"),
        ("RELAY", "smtp://relay:port"),
        ("DATABASE", "mysql://x"),
        ("CONNECTIONS", "0"),
        ("ROWS_PER_COMMIT", "1.5"),
        ("IN_DOUBT", "resend"),
        ("RATE", "-1"),
        ("BOUNCE_RATE", "1.1"),
        ("SEND_WINDOW", "2 days"),
        ("TIMEZONE", "Europe/Atlantis"),
        ("TIMEZONE", "../../etc/passwd"),
        ("DIGEST_DAILY", "24:00"),
        ("DIGEST_WEEKDAY", "Friday"),
        ("PROOF_OF_WORK", "true"),
        ("DKIM_KEY", "/etc/dkim.pem"),
        ("CONECTIONS", "4"),
    ],
)
def test_what_is_wrong_is_told_with_its_name(name: str, value: str) -> None:
    (fault,) = faults(**{name: value})
    assert fault.startswith(f"LIST_{name} ") or (name == "DKIM_KEY" and "belong together" in fault)
    assert fault.endswith(".")


def test_secrets_are_not_in_what_is_told() -> None:
    settings = Settings.from_environment(PUBLIC | {"LIST_DATABASE": "postgresql://list:hemlig@db/list"})
    assert not [secret for secret in ("hemlig", "p@ss", "n" * 32, "p" * 32, "a" * 32) if secret in repr(settings)]
    assert not any("hemlig" in fault for fault in faults(RELAY="smtp://user:hemlig@", SECRETS="hemlig"))


@pytest.mark.parametrize(
    ("address", "relay"),
    [
        ("smtp://127.0.0.1", (25, Security.NONE)),
        ("smtp://relay.example", (587, Security.STARTTLS)),
        ("smtps://relay.example", (465, Security.TLS)),
        ("smtp+plain://relay.example:2525", (2525, Security.NONE)),
    ],
)
def test_how_the_relay_is_reached(address: str, relay: tuple[int, Security]) -> None:
    found = Settings.from_environment({"LIST_RELAY": address}).relay
    assert (found.port, found.security) == relay


def test_postgresql_goes_by_its_usual_address() -> None:
    settings = Settings.from_environment({"LIST_DATABASE": "postgresql://list@/list?host=/run/postgresql"})
    assert settings.database == "postgresql+psycopg://list@/list?host=/run/postgresql"


def test_dkim_is_all_or_nothing() -> None:
    environ = {"LIST_DKIM_KEY": "/k.pem", "LIST_DKIM_SELECTOR": "s1", "LIST_DKIM_DOMAIN": "example.se"}
    one = Dkim(key=Path("/k.pem"), selector="s1", domain="example.se")
    other = Dkim(key=Path("/l.pem"), selector="s2", domain="example.se")
    assert Settings.from_environment(environ).dkim == (one,)
    several = environ | {"LIST_DKIM_KEY": "/k.pem, /l.pem", "LIST_DKIM_SELECTOR": "s1,s2"}
    assert Settings.from_environment(several).dkim == (one, other)
    for lacks in environ:
        with pytest.raises(BadSettings, match="belong together"):
            Settings.from_environment({**environ, lacks: ""})
    with pytest.raises(BadSettings, match="a selector for each key"):
        Settings.from_environment({**several, "LIST_DKIM_SELECTOR": "s1"})
