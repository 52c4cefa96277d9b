from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.subscriptions.keys import Address, BadAddress, BadToken, Confirm, Keys, OldToken

NOW = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
OLD = Keys(["the first secret"], "pepper")
KEYS = Keys(["the second secret", "the first secret"], "pepper")


@pytest.mark.parametrize(
    ("written", "text", "canonical"),
    [
        (" Anna.Berg@Example.SE ", "Anna.Berg@example.se", "anna.berg@example.se"),
        ("anna+press@example.se", "anna+press@example.se", "anna+press@example.se"),
        ("anna@räksmörgås.se", "anna@xn--rksmrgs-5wao1o.se", "anna@xn--rksmrgs-5wao1o.se"),
        ("anna@xn--rksmrgs-5wao1o.se", "anna@xn--rksmrgs-5wao1o.se", "anna@xn--rksmrgs-5wao1o.se"),
        ("ÅSA@example.se", "ÅSA@example.se", "åsa@example.se"),
        ("Åsa@example.se", "Åsa@example.se", "åsa@example.se"),
    ],
)
def test_an_address_as_it_is_written_and_as_it_is_known(written: str, text: str, canonical: str) -> None:
    address = Address.of(written)
    assert (address.text, address.canonical) == (text, canonical)
    assert address.ascii is text.partition("@")[0].isascii()
    assert address.domain == text.partition("@")[2]


@pytest.mark.parametrize(
    ("written", "mailbox"),
    [
        ("Anna.Berg+Press@Example.SE", "anna.berg@example.se"),
        ("anna+a+b@example.se", "anna@example.se"),
        ("+anna@example.se", "+anna@example.se"),
        ("A.N.N.A+x@GoogleMail.com", "anna@gmail.com"),
        ("an.na@gmail.com", "anna@gmail.com"),
        ("an.na@gmail.com.example.se", "an.na@gmail.com.example.se"),
        ("åsa+x@räksmörgås.se", "åsa@xn--rksmrgs-5wao1o.se"),
    ],
)
def test_case_19_the_mailbox_behind_an_address(written: str, mailbox: str) -> None:
    address = Address.of(written)
    assert KEYS.mark(address.mailbox) == KEYS.mark(Address.of(mailbox))
    assert KEYS.mark(address) == KEYS.mark(Address.of(written.lower())), "the address itself stays what it is"


@pytest.mark.parametrize(
    "written",
    [
        "", "anna", "@example.se", "anna@", "anna@example", "anna@localhost", "anna@[127.0.0.1]", "a b@example.se",
        "anna@example.se\nBcc: all@example.se", "anna@example.se\0", '"anna\r\n"@example.se', "anna@exa mple.se",
        "Anna <anna@example.se>", "anna@example.se,bo@example.se", "a" * 65 + "@example.se",
        "anna@" + "a" * 64 + ".se", "anna..berg@example.se", ".anna@example.se", "anna@-example.se",
        "anna@example.test", "\u202eanna@example.se", "anna@exam\u200bple.se",
    ],
)  # fmt: skip
def test_what_is_no_address(written: str) -> None:
    with pytest.raises(BadAddress) as raised:
        Address.of(written)
    assert str(raised.value)


@given(st.text(max_size=80))
def test_no_text_makes_it_stumble(written: str) -> None:
    try:
        address = Address.of(written)
    except BadAddress:
        return
    assert not any(ord(letter) < 33 or ord(letter) == 127 for letter in address.text)
    assert Address.of(address.text) == address


def test_a_mark_tells_nothing_and_is_the_same_for_one_address() -> None:
    one, same, other = (Address.of(text) for text in ("anna@example.se", "ANNA@Example.se", "bo@example.se"))
    assert KEYS.mark(one) == KEYS.mark(same) == OLD.mark(one)
    assert KEYS.mark(one) != KEYS.mark(other)
    assert KEYS.mark(one) != Keys(["the second secret"], "another pepper").mark(one)
    assert len(KEYS.mark(one)) == 32


def test_a_confirmation_lasts_seven_days() -> None:
    token = KEYS.confirm_token(17, 2, NOW)
    assert KEYS.confirm(token, NOW + timedelta(days=7)) == Confirm(17, 2)
    with pytest.raises(OldToken):
        KEYS.confirm(token, NOW + timedelta(days=7, seconds=1))


def test_a_manage_link_lasts_half_an_hour() -> None:
    token = KEYS.manage_token(17, NOW)
    assert KEYS.manage(token, NOW + timedelta(minutes=30)) == 17
    with pytest.raises(OldToken):
        KEYS.manage(token, NOW + timedelta(minutes=31))


def test_a_leave_link_never_expires_and_outlives_its_secret() -> None:
    token = OLD.leave_token(17)
    assert KEYS.leave(token) == 17
    assert KEYS.leave(KEYS.leave_token(18)) == 18
    with pytest.raises(BadToken):
        OLD.leave(KEYS.leave_token(17))


def test_a_form_knows_its_age() -> None:
    assert KEYS.form_age(KEYS.form_token(NOW), NOW + timedelta(seconds=3)) == timedelta(seconds=3)


def test_a_token_is_good_for_one_thing_only() -> None:
    tokens = {
        "confirm": KEYS.confirm_token(17, 1, NOW),
        "leave": KEYS.leave_token(17),
        "manage": KEYS.manage_token(17, NOW),
        "form": KEYS.form_token(NOW),
    }
    reads = {
        "confirm": lambda token: KEYS.confirm(token, NOW),
        "leave": KEYS.leave,
        "manage": lambda token: KEYS.manage(token, NOW),
        "form": lambda token: KEYS.form_age(token, NOW),
    }
    for purpose, token in tokens.items():
        for other, read in reads.items():
            if other != purpose:
                with pytest.raises(BadToken):
                    read(token)


@given(st.text(max_size=60))
def test_no_made_up_token_is_taken(token: str) -> None:
    for read in (KEYS.leave, KEYS.delivery, lambda t: KEYS.confirm(t, NOW), lambda t: KEYS.manage(t, NOW)):
        with pytest.raises(BadToken):
            read(token)


def test_a_changed_token_is_not_taken() -> None:
    token = KEYS.leave_token(17)
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        if changed.partition(".")[0] != token.partition(".")[0] or at < len(token) - 1:
            with pytest.raises(BadToken):
                KEYS.leave(changed)


def test_tokens_fit_in_a_link() -> None:
    assert all(letter.isalnum() or letter in "._-" for letter in KEYS.leave_token(10**12))
    assert len(KEYS.confirm_token(10**9, 3, NOW)) < 100


def test_a_return_path_survives_folding_and_can_not_be_forged() -> None:
    path = KEYS.return_path(4711, "bounces.example.se")
    assert path == path.lower()
    assert len(path.partition("@")[0]) <= 64
    assert KEYS.delivery(path.upper()) == OLD.delivery(path.partition("@")[0]) == 4711
    for forged in (path.replace("4711", "4712"), "b-4711-x@bounces.example.se", "b-²-x@x", "anna@example.se", ""):
        with pytest.raises(BadToken):
            KEYS.delivery(forged)


def test_a_message_id_is_a_function_of_what_is_told_to_whom() -> None:
    one = KEYS.release_message_id("k7q2m9xd", 1, 17, "example.se")
    assert one == OLD.release_message_id("k7q2m9xd", 1, 17, "example.se")
    others = [
        KEYS.release_message_id("k7q2m9xd", 2, 17, "example.se"),
        KEYS.release_message_id("k7q2m9xd", 1, 18, "example.se"),
        KEYS.release_message_id("k7q2m9xd", 11, 7, "example.se"),
        KEYS.digest_message_id("daily", "2031-05-04", 17, "example.se"),
        KEYS.personal_message_id(17, "example.se"),
    ]
    assert len({one, *others}) == 6
    assert one.startswith("<") and one.endswith("@example.se>")


def test_keys_need_secrets() -> None:
    for secrets, pepper in (([], "p"), ([""], "p"), (["s"], "")):
        with pytest.raises(ValueError, match="keys need"):
            Keys(secrets, pepper)
