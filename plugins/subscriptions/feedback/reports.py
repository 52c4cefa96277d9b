"""One message that came back: is it a bounce or a complaint, and of which delivery?

Whom it is about is told only by the return path that we signed, never by an address that the message names: so a
forged message does nothing. What it says is read by the standards first (RFC 3464, RFC 5965), then by flufl.bounce.
"""

import email
import email.policy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses
from enum import Enum

from flufl.bounce import all_failures

WhoseReturnPath = Callable[[str], int | None]
"""Answers which delivery a return path was signed for; None if we didn't sign it."""

_DELIVERED_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To")
_RETURN_PATHS = ("Original-Mail-From", "Return-Path", "X-Original-Return-Path", "Original-Envelope-From")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_ABOUT_THE_ADDRESS = re.compile(r"5\.(1\.(0|1|2|3|4|6|10)|2\.1|0\.0|4\.4)")
"""Statuses (RFC 3463) that say: nobody will ever read at this address. All others may be our fault, or pass."""


class Kind(Enum):
    """What the message is."""

    HARD = "hard"
    """Nobody reads at this address."""
    SOFT = "soft"
    """Not delivered this time: mailbox full, given up waiting, or not wanted for what it was or came from."""
    COMPLAINT = "complaint"
    """The reader told their provider that this is unwanted."""
    NOTHING = "nothing"
    """An answer from a person or a machine, a delay, a receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a message tells about one delivery; `delivery` is None if no return path of ours was found.

    `said` is the status and the first words of the explanation, without addresses.
    """

    kind: Kind
    delivery: int | None = None
    said: str = ""


def read(raw: bytes, whose: WhoseReturnPath, delivered_to: str = "") -> Report:
    """Answer what the message tells. `delivered_to`: the address it was sent to, if who hands it over knows that.

    Never raises for a message's content, however broken.
    """
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    kind, said = _complaint(message) or _status_report(message) or _recognised(message)
    if kind is Kind.NOTHING:
        return Report(kind=kind)
    candidates = [delivered_to, *_addresses(message, _DELIVERED_TO)]
    if kind is Kind.COMPLAINT:  # comes to one address for all; what was complained about is inside
        candidates += [address for part in message.walk() for address in _addresses(part, _RETURN_PATHS)]
        candidates += [address for part in _headers_only(message) for address in _addresses(part, _RETURN_PATHS)]
    delivery = next((found for each in candidates if each and (found := whose(each)) is not None), None)
    return Report(kind=kind, delivery=delivery, said=_without_addresses(said))


def _complaint(message: Message) -> tuple[Kind, str] | None:
    """RFC 5965: a feedback report. `not-spam` and the like are no complaints."""
    if message.get_param("report-type", "") != "feedback-report":
        return None
    for fields in _fields(message, "message/feedback-report"):
        if feedback := str(fields.get("Feedback-Type", "")).strip().lower():
            unwanted = feedback in ("abuse", "fraud", "opt-out", "opt-out-list", "other")
            return (Kind.COMPLAINT if unwanted else Kind.NOTHING), feedback
    return Kind.NOTHING, ""


def _status_report(message: Message) -> tuple[Kind, str] | None:
    """RFC 3464: a delivery status notification, also without the outer type that the standard asks for."""
    found = None
    for fields in _fields(message, "message/delivery-status"):
        action = str(fields.get("Action", "")).split("(")[0].strip().lower()
        if not action:
            continue
        if action != "failed":  # delayed, delivered, relayed, expanded
            found = found or (Kind.NOTHING, action)
            continue
        status = _STATUS.search(str(fields.get("Status", "")))
        said = " ".join(str(fields.get("Diagnostic-Code", "")).split())
        code = status[0] if status else "5.0.0"
        # A general 5.0.0 is made precise by what the other side said.
        if code in ("5.0.0", "5.3.0") and (precise := _STATUS.search(said)):
            code = precise[0]
        return (Kind.HARD if _ABOUT_THE_ADDRESS.fullmatch(code) else Kind.SOFT), f"{code} {said}"
    return found


def _recognised(message: Message) -> tuple[Kind, str]:
    """What has no standard form: flufl.bounce knows many mail systems' own words."""
    if str(message.get("Auto-Submitted", "")).strip().lower().startswith("auto-replied") or message["X-Autoreply"]:
        return Kind.NOTHING, ""
    if not message["From"]:  # without one, its detectors give up before they have looked
        del message["From"]
        message["From"] = "<>"
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # its detectors stumble over some broken messages, and say so with any exception
        return Kind.NOTHING, ""
    if permanent:
        return Kind.HARD, ""
    return (Kind.SOFT if temporary else Kind.NOTHING), ""


def _fields(message: Message, kind: str) -> Iterator[Message]:
    """Answer the groups of fields in the message's parts of this type."""
    for part in message.walk():
        if part.get_content_type() != kind:
            continue
        payload = part.get_payload()
        if isinstance(payload, list):  # the parser reads a delivery-status as one message per group
            yield from (group for group in payload if isinstance(group, Message))
        else:
            yield email.message_from_string(str(payload), policy=email.policy.compat32)


def _headers_only(message: Message) -> Iterator[Message]:
    """Answer the headers of letters that come back without their text, or as an attachment."""
    for part in message.walk():
        if part.get_content_type() in ("text/rfc822-headers", "message/feedback-report"):
            payload = part.get_payload(decode=True)
            text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(part.get_payload())
            yield email.message_from_string(text, policy=email.policy.compat32)


def _addresses(message: Message, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        values = [str(value) for value in message.get_all(name, [])]
        yield from (address for _, address in getaddresses(values) if address)


def _without_addresses(said: str) -> str:
    return re.sub(r"\S*@\S*", "…", said)[:200].strip()
