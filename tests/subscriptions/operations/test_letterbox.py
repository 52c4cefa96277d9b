import smtplib
from email.message import EmailMessage

import pytest

from plugins.subscriptions.operations import letterbox
from plugins.subscriptions.operations.letterbox import Letterbox, Relay
from plugins.subscriptions.sending.smtp import Connection, Envelope, Result
from plugins.subscriptions.settings import Relay as Address
from plugins.subscriptions.settings import Security


@pytest.fixture
def box(tmp_path):
    return Letterbox(tmp_path / "letters")


def letter(number):
    return f"Subject: Brev {number}\r\nTo: anna@example.test\r\n\r\nHej\r\n.prick\r\n".encode()


def test_what_is_handed_in_can_be_read_and_goes_no_further(box):
    relay = Relay(box.put)
    relay.start()
    host, port = relay.address.removeprefix("smtp://").split(":")
    connection = Connection(Address(host=host, port=int(port), security=Security.NONE))
    for recipient in ("anna@example.test", "åsa@example.test"):
        envelope = Envelope(sender="b-1-x@example.test", recipient=recipient, message=letter(1))
        assert connection.hand_over(envelope).result is Result.ACCEPTED
    connection.close(politely=True)
    relay.stop()
    newest = box.names()[0]
    assert box.written(newest) == letter(1)
    assert isinstance(box.letter(newest), EmailMessage)
    assert box.letter(newest)["Subject"] == "Brev 1"
    with pytest.raises(OSError):
        smtplib.SMTP(host, int(port), timeout=2)


def test_the_newest_letters_are_kept_in_order(box, monkeypatch):
    monkeypatch.setattr(letterbox, "KEPT", 3)
    for number in range(5):
        box.put(letter(number))
    assert [box.letter(name)["Subject"] for name in box.names()] == ["Brev 4", "Brev 3", "Brev 2"]


def test_only_letters_are_shown(box, tmp_path):
    (tmp_path / "secret.eml").write_text("x")
    for name in ("../secret", "secret", "", "0" * 20 + "-000000"):
        assert box.written(name) is None
        assert box.letter(name) is None
