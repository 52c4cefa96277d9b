"""What comes back, told apart: a dead address, a letter not delivered this time, a complaint, and everything else."""

import string
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.subscriptions.feedback.reports import Kind, Report, read

OURS = "b-17-abc@bounces.example.se"
LETTER = f"""\
Return-Path: <{OURS}>
From: Press room <press@example.se>
To: anna@example.org
Message-ID: <1@example.se>
Subject: Nytt

Hej
"""


def whose(return_path: str) -> int | None:
    return 17 if return_path.lower() == OURS else None


def status_report(
    status: str = "5.1.1",
    action: str = "failed",
    said: str = "smtp; 550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown",
    to: str = OURS,
) -> bytes:
    return f"""\
Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: ABC

Final-Recipient: rfc822; anna@example.org
Action: {action}
Status: {status}
Diagnostic-Code: {said}
--B
Content-Type: message/rfc822

{LETTER}
--B--
""".encode()


def complaint(feedback: str = "abuse", inside: str = LETTER, kind: str = "message/rfc822") -> bytes:
    return f"""\
From: complaints@provider.example
To: fbl@example.se
Subject: FW: Nytt
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an email abuse report.
--B
Content-Type: message/feedback-report

Feedback-Type: {feedback}
User-Agent: SomeGenerator/1.0
Version: 1

--B
Content-Type: {kind}

{inside}
--B--
""".encode()


def message(body: str, **headers: str) -> bytes:
    text = EmailMessage()
    text["To"] = OURS
    for name, value in headers.items():
        text[name.replace("_", "-")] = value
    text.set_content(body)
    return bytes(text)


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        ("5.1.1", "smtp; 550 5.1.1 User unknown", Kind.HARD),
        ("5.1.2", "X-Postfix; Host or domain name not found", Kind.HARD),
        ("5.1.10", "smtp; 556 5.1.10 Recipient address has null MX", Kind.HARD),
        ("5.2.1", "smtp; 550 5.2.1 The account is disabled", Kind.HARD),
        ("5.0.0", "smtp; 550 no such user", Kind.HARD),
        ("5.0.0", "smtp; 550 5.7.1 Message rejected as spam", Kind.SOFT),
        ("5.2.2", "smtp; 552 5.2.2 Mailbox full", Kind.SOFT),
        ("5.3.4", "smtp; 552 5.3.4 Message too big", Kind.SOFT),
        ("5.4.4", "X-Postfix; unable to look up host", Kind.HARD),
        ("5.7.1", "smtp; 550 5.7.1 Blocked by policy", Kind.SOFT),
        ("5.7.26", "smtp; 550 5.7.26 Unauthenticated email is not accepted", Kind.SOFT),
        ("4.4.7", "smtp; delivery time expired", Kind.SOFT),
    ],
)
def test_a_status_is_about_the_address_or_about_this_time(status: str, said: str, kind: Kind) -> None:
    report = read(status_report(status, said=said), whose)
    assert (report.kind, report.delivery) == (kind, 17)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_only_failures_count(action: str) -> None:
    assert read(status_report("4.4.1", action), whose) == Report(kind=Kind.NOTHING)


def test_no_address_is_kept() -> None:
    report = read(status_report(), whose)
    assert "@" not in report.said
    assert report.said == "5.1.1 smtp; 550 5.1.1 … Recipient address rejected: User unknown"


@pytest.mark.parametrize("to", ["b-17-forged@bounces.example.se", "press@example.se", "anna@example.org"])
def test_a_forged_bounce_is_of_nobody(to: str) -> None:
    assert read(status_report(to=to), whose).delivery is None


def test_a_bounce_can_not_be_about_a_letter_that_it_encloses() -> None:
    """Who has a letter knows its return path: what a bounce encloses proves nothing, what it was sent to does."""
    assert OURS.encode() in status_report(to="press@example.se")
    assert read(status_report(to="press@example.se"), whose).delivery is None


def test_the_mail_system_may_tell_where_it_was_sent_to() -> None:
    assert read(status_report(to="list@example.se"), whose, delivered_to=OURS.upper()).delivery == 17


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize("feedback", ["abuse", "Fraud", "opt-out"])
def test_a_complaint_is_of_the_letter_it_encloses(feedback: str, kind: str) -> None:
    report = read(complaint(feedback, kind=kind), whose)
    assert (report.kind, report.delivery) == (Kind.COMPLAINT, 17)


def test_a_complaint_may_name_the_return_path_itself() -> None:
    raw = complaint(inside="Subject: Nytt\n\nHej").replace(b"Version: 1\n", f"Original-Mail-From: <{OURS}>\n".encode())
    assert read(raw, whose).delivery == 17


def test_no_spam_after_all_is_no_complaint() -> None:
    assert read(complaint("not-spam"), whose).kind is Kind.NOTHING


def test_a_forged_complaint_is_of_nobody() -> None:
    assert read(complaint(inside=LETTER.replace("abc", "xyz")), whose).delivery is None


@pytest.mark.parametrize(
    "raw",
    [
        message("I am away until Monday.", Subject="Out of office", Auto_Submitted="auto-replied"),
        message("I am away until Monday. User unknown is not what I say.", Subject="Automatic reply: Nytt"),
        message("Please click to prove that you are a person.", Subject="Please confirm your message"),
        message("Tack för brevet!", Subject="Re: Nytt"),
        b"",
        b"\xff\xfe\x00",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n--B\n",
        b"Content-Type: multipart/report; report-type=feedback-report\n\n",
    ],
)
def test_answers_of_people_and_machines_do_nothing(raw: bytes) -> None:
    assert read(raw, whose).kind is Kind.NOTHING


def test_a_mail_system_with_words_of_its_own_is_understood() -> None:
    raw = message(
        "Hi. This is the qmail-send program at example.org.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<anna@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n",
        Subject="failure notice",
    )
    assert read(raw, whose) == Report(kind=Kind.HARD, delivery=17)


@given(st.binary(max_size=400))
def test_whatever_comes_is_read(raw: bytes) -> None:
    read(raw, whose)


@given(st.text(string.printable, max_size=60), st.text(string.printable, max_size=60), st.integers(0, 900))
def test_whatever_a_report_says_is_read(status: str, said: str, cut: int) -> None:
    read(status_report(status, said=said)[: -cut or None], whose)
