"""Each fault of a relay, told apart by what it says about the letter: taken, not taken, or nobody knows."""

import socket
import time
from dataclasses import replace

import pytest

from plugins.subscriptions.sending.smtp import (
    Attempt,
    Connection,
    Envelope,
    Patience,
    RelayUnavailable,
    Result,
    UnfitAddress,
)
from plugins.subscriptions.settings import Relay, Security
from tests.subscriptions.sink import Fault, Sink

SHORT = Patience(connect=2, command=0.5, final=0.5)


def envelope(recipient: str = "reader@example.org", number: int = 1, text: str = "Hej\r\n") -> Envelope:
    message = f"Message-ID: <{number}@list.example>\r\nSubject: Hej\r\n\r\n{text}"
    return Envelope(sender="list@example.org", recipient=recipient, message=message.encode())


def connection(sink: Sink, patience: Patience = SHORT) -> Connection:
    return Connection(sink.relay, patience)


def outcome_of(*faults: Fault, extensions: str = "PIPELINING SIZE") -> tuple[Attempt, bool, int]:
    """Answer the outcome of one letter, whether the connection still carries a next one, and how many were taken."""
    with Sink(*faults, extensions=extensions) as sink:
        way = connection(sink)
        outcome = way.hand_over(envelope())
        taken = len(sink.taken)
        if still_open := way.is_open:
            assert way.hand_over(envelope("next@example.org", 2)).result is Result.ACCEPTED
        way.close(politely=True)
        return outcome, still_open, taken


@pytest.mark.parametrize("extensions", ["PIPELINING SIZE", "SIZE", ""])
def test_an_accepted_letter_is_what_was_sent(extensions: str) -> None:
    text = "Rad ett\r\n.\r\n..två\r\n.tre\r\n" + "x" * 20_000 + "\r\n"
    with Sink(extensions=extensions, keep=True) as sink:
        way = connection(sink)
        for number in (1, 2, 3):
            outcome = way.hand_over(envelope(number=number, text=text))
            assert (outcome.result, outcome.code, outcome.relay_id) == (Result.ACCEPTED, 250, f"SINK{number}")
        way.close(politely=True)
        assert sink.letters == [envelope(number=number, text=text).message for number in (1, 2, 3)]


@pytest.mark.parametrize("extensions", ["PIPELINING", ""])
@pytest.mark.parametrize(
    ("fault", "result", "still_open"),
    [
        (Fault(at="MAIL", do="451 4.7.1 busy", times=1), Result.RELAY_FAULT, True),
        (Fault(at="MAIL", do="530 5.7.0 sign in first", times=1), Result.RELAY_FAULT, True),
        (Fault(at="MAIL", do="552 5.3.4 too large", times=1), Result.REFUSED, True),
        (Fault(at="MAIL", do="421 4.3.2 closing", times=1), Result.RELAY_FAULT, False),
        (Fault(at="RCPT", do="450 4.2.0 greylisted", times=1), Result.POSTPONED, True),
        (Fault(at="RCPT", do="550 5.1.1 no such user", times=1), Result.REFUSED, True),
        (Fault(at="RCPT", do="454 4.7.1 slower", times=1), Result.POSTPONED, True),
        (Fault(at="RCPT", do="421 4.3.2 closing", times=1), Result.RELAY_FAULT, False),
        (Fault(at="DATA", do="451 4.3.0 try later", times=1), Result.POSTPONED, True),
        (Fault(at="DATA", do="554 5.5.1 no", times=1), Result.REFUSED, True),
        (Fault(at="dot", do="451 4.3.0 queue full", times=1), Result.POSTPONED, True),
        (Fault(at="dot", do="552 5.3.4 too large", times=1), Result.REFUSED, True),
        (Fault(at="dot", do="554 5.7.1 not wanted", times=1), Result.REFUSED, True),
        (Fault(at="dot", do="421 4.3.2 closing", times=1), Result.POSTPONED, False),
    ],
)
def test_a_no_is_told_by_its_step_and_code(fault: Fault, result: Result, still_open: bool, extensions: str) -> None:
    outcome, is_open, taken = outcome_of(fault, extensions=extensions)
    assert (outcome.result, outcome.step, is_open, taken) == (result, fault.at, still_open, 0)
    assert outcome.text in fault.do


def test_a_text_that_is_asked_for_after_a_no_is_not_given() -> None:
    """Among pipelined commands a careless relay may answer 354 though it refused the only recipient."""
    with Sink(Fault(at="RCPT", do="550 5.1.1 no", times=1), careless=True) as sink:
        way = connection(sink)
        assert way.hand_over(envelope()).result is Result.REFUSED
        assert not way.is_open
        assert way.hand_over(envelope(number=2)).result is Result.ACCEPTED
        way.close()
        assert [taken.message_id for taken in sink.taken] == ["<2@list.example>"]


@pytest.mark.parametrize("way", ["drop", "half_close", "silence"])
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_connection_lost_before_the_text_leaves_no_doubt(step: str, way: str) -> None:
    outcome, is_open, taken = outcome_of(Fault(at=step, do=way, times=1))
    assert (outcome.result, is_open, taken) == (Result.RELAY_FAULT, False, 0)


def test_a_connection_lost_during_the_text_leaves_no_doubt() -> None:
    with Sink(Fault(at="body", do="drop", times=1)) as sink:
        way = connection(sink)
        much = "x" * 70 + "\r\n"  # more than the kernel takes at once, so that the reset is heard before the dot
        outcome = way.hand_over(envelope(text=much * 200_000))
        assert (outcome.result, outcome.step, way.is_open) == (Result.RELAY_FAULT, "body", False)
        assert not sink.taken


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("way", ["drop", "half_close", "silence", "999 what"])
def test_a_connection_lost_after_the_dot_is_doubt(way: str, taken: bool) -> None:
    outcome, is_open, count = outcome_of(Fault(at="dot", do=way, times=1, taken=taken))
    assert (outcome.result, is_open, count) == (Result.IN_DOUBT, False, int(taken))


def test_a_slow_reply_to_the_dot_is_waited_for() -> None:
    with Sink(delay=1.0) as sink:
        way = connection(sink, Patience(connect=2, command=0.5, final=10))
        started = time.monotonic()
        assert way.hand_over(envelope()).result is Result.ACCEPTED
        assert time.monotonic() - started >= 1.0
        assert way.hand_over(envelope(number=2)).result is Result.ACCEPTED
        way.close()


def test_the_final_reply_may_take_ten_minutes_and_nothing_else() -> None:
    assert Patience().final == 600
    assert max(Patience().connect, Patience().command) <= 60


def test_a_relay_that_closes_after_some_letters_costs_none() -> None:
    with Sink(Fault(at="MAIL", do="421 4.7.0 enough", after=3)) as sink:
        way = connection(sink)
        faults = 0
        for number in range(10):
            while (outcome := way.hand_over(envelope(number=number))).result is Result.RELAY_FAULT:
                faults += 1
                assert not way.is_open
            assert outcome.result is Result.ACCEPTED
        way.close()
        assert faults == 3
        assert set(sink.copies().values()) == {1} and len(sink.taken) == 10


def test_a_claim_that_ran_out_stops_before_the_dot() -> None:
    with Sink() as sink:
        way = connection(sink)
        assert way.hand_over(envelope(), lambda: False).result is Result.POSTPONED
        assert not way.is_open
        assert way.hand_over(envelope(number=2)).result is Result.ACCEPTED
        way.close()
        assert [taken.message_id for taken in sink.taken] == ["<2@list.example>"]


def test_one_refused_reader_does_not_stop_the_next() -> None:
    with Sink(Fault(at="RCPT", do="550 5.1.1 unknown", recipient="gone")) as sink:
        way = connection(sink)
        readers = ("a@example.org", "gone@example.org", "b@example.org")
        results = [way.hand_over(envelope(reader, number)).result for number, reader in enumerate(readers)]
        way.close()
        assert results == [Result.ACCEPTED, Result.REFUSED, Result.ACCEPTED]


@pytest.mark.parametrize(
    "address", ["a@example.org>\r\nRCPT TO:<b@example.org", "a b@example.org", "<a@example.org>", "a\x00@example.org"]
)
def test_an_address_cannot_break_out_of_its_command(address: str) -> None:
    with Sink() as sink:
        way = connection(sink)
        with pytest.raises(UnfitAddress) as raised:
            way.hand_over(envelope(address))
        assert address not in str(raised.value)
        assert not sink.taken


def test_addresses_outside_ascii() -> None:
    with Sink() as sink:
        way = connection(sink)
        assert way.hand_over(envelope("anna@räksmörgås.example")).result is Result.ACCEPTED
        assert way.hand_over(envelope("åsa@example.org", 2)).result is Result.REFUSED
        assert way.hand_over(envelope("bo@example.org", 3)).result is Result.ACCEPTED
        way.close()
        assert [taken.recipient for taken in sink.taken] == ["anna@xn--rksmrgs-5wao1o.example", "bo@example.org"]
    with Sink(extensions="PIPELINING SMTPUTF8") as sink:
        way = connection(sink)
        assert way.hand_over(envelope("åsa@example.org")).result is Result.ACCEPTED
        way.close()
        assert [taken.recipient for taken in sink.taken] == ["åsa@example.org"]


@pytest.mark.parametrize("fault", ["554 go away", "421 later", "drop", "silence"])
def test_a_relay_that_does_not_greet_is_unavailable(fault: str) -> None:
    with Sink(Fault(at="connect", do=fault)) as sink, pytest.raises(RelayUnavailable):
        connection(sink, Patience(connect=0.5, command=0.5, final=0.5)).open()


def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        relay = Relay(host="127.0.0.1", port=unused.getsockname()[1], security=Security.NONE)
        with pytest.raises(RelayUnavailable, match="refused"):
            Connection(relay, SHORT).open()


def test_a_password_is_not_told_without_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Relay, "is_near", False)
    with Sink(extensions="PIPELINING AUTH") as sink:
        relay = replace(sink.relay, user="list", password="hemligt")  # noqa: S106
        with pytest.raises(RelayUnavailable, match="not encrypted"):
            Connection(relay, SHORT).open()


def test_encryption_that_is_wanted_and_not_offered_is_no_connection() -> None:
    with Sink() as sink, pytest.raises(RelayUnavailable, match="STARTTLS"):
        Connection(replace(sink.relay, security=Security.STARTTLS), SHORT).open()


def test_steps_are_told_in_order() -> None:
    steps: list[str] = []
    with Sink() as sink:
        way = Connection(sink.relay, SHORT, steps.append)
        way.hand_over(envelope())
        way.close()
    assert steps == ["connect", "commands", "body", "dot", "reply"]
