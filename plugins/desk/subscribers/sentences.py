"""What the operator is told of readers, letters and imported files, in words."""

from typing import TYPE_CHECKING

from plugins.desk.words import _

if TYPE_CHECKING:
    from plugins.subscriptions.operations.interchange import Fault
    from plugins.subscriptions.reader import Reader
    from plugins.subscriptions.store import Answer


def not_here(kept_away: str | None) -> str:
    """Answer why an address is not on the list."""
    match kept_away:
        case None:
            return _("The address is not on the list. Of those who have left, nothing is kept that names them.")
        case "bounce":
            return _("The address is not on the list: letters to it came back.")
        case "complaint":
            return _("The address is not on the list: a letter to it was reported as spam.")
    return _("The address is not on the list, and is kept away from it.")


def because(answer: "Answer", reader: "Reader") -> str:
    """Answer what became of one revision for the reader."""
    from plugins.subscriptions.delivery import DeliveryState
    from plugins.subscriptions.mailing import MailingState

    if answer.delivery is None:
        if answer.mailing not in (MailingState.FANNED_OUT, MailingState.DONE):
            return mailing_state(answer.mailing.value) + "."
        if not reader.confirmed_at or (answer.fanned_out_at and reader.confirmed_at > answer.fanned_out_at):
            return _("it went out before the address had confirmed.")
        return _("it isn't among what the reader has chosen to get.")
    said = state(answer.delivery) + (f" ({answer.at:%Y-%m-%d %H:%M} UTC)" if answer.at else "")
    if answer.digest:
        said += ", " + _("in the digest {digest}", digest=answer.digest)
    if answer.reason:
        said += f", {answer.reason}"
    if answer.reply and answer.delivery is not DeliveryState.WAITING:
        said += f": {answer.reply}"
    return said if said.endswith(".") else f"{said}."


def state(state: str) -> str:
    """Answer a delivery's state in words."""
    return {
        "waiting": _("waits for the next digest"),
        "gathered": _("is in a digest"),
        "queued": _("is queued"),
        "claimed": _("is about to be sent"),
        "handing_over": _("is being sent"),
        "accepted": _("sent"),
        "refused": _("refused by the relay"),
        "in_doubt": _("in doubt whether it was sent"),
        "held": _("held"),
        "skipped": _("not sent"),
        "bounced": _("came back"),
        "complained": _("reported as spam"),
    }[str(state)]


def mailing_state(state: str) -> str:
    """Answer a mailing's state in words."""
    return {
        "baseline": _("was public before the list began, and is mailed to nobody"),
        "too_old": _("was too old when the list saw it, and is mailed to nobody"),
        "announced": _("goes out soon"),
        "held": _("is held"),
        "fanned_out": _("is being sent to those who follow it"),
        "done": _("has gone out"),
        "cancelled": _("was cancelled before it was sent"),
        "withdrawn": _("was withdrawn before it was sent"),
    }[state]


def faulty(fault: "Fault") -> str:
    """Answer what is wrong on a line of an imported file."""
    said = {
        "encoding": _("The file is not in UTF-8. Save it as “CSV UTF-8”."),
        "no_addresses": _("The first line must name the columns, one of them address."),
        "column": _("There is no column {text} to import."),
        "address": _("This is no e-mail address."),
        "twice": _("The address is in the file already."),
        "language": _("The language must be two letters such as sv, not {text}."),
        "frequency": _("The frequency must be at_once, daily or weekly, not {text}."),
        "urgent": _("urgent_only must be yes or no, not {text}."),
        "topic": _("A topic is written keyword:vatten, not {text}."),
        "no_time": _("It isn't said when the reader agreed. Fill in consented_at, or give --consented."),
        "time": _("{text} is no time that has been; write one such as 2025-03-14."),
        "no_source": _("It isn't said where the consent can be looked up. Fill in source, or give --source."),
    }[fault.wrong.value]
    return said.format(text=fault.text)
