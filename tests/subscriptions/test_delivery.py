import pytest

from plugins.subscriptions.delivery import REPLY_LENGTH, without_addresses


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ("550 5.1.1 <anna@example.se>: Recipient address rejected", "550 5.1.1 <address>: Recipient address rejected"),
        ("452 anna@example.se is full", "452 <address> is full"),
        ("550 'åsa@räk.se' unknown", "550 <address> unknown"),
        ("250 2.0.0\r\n Ok: queued  as 3F2A", "250 2.0.0 Ok: queued as 3F2A"),
        ("", ""),
    ],
)
def test_a_reply_is_kept_without_addresses(reply: str, kept: str) -> None:
    assert without_addresses(reply) == kept


def test_a_long_reply_is_cut() -> None:
    assert len(without_addresses("x" * 5000)) == REPLY_LENGTH
