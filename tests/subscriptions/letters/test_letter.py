"""A filled letter is the message that making it whole for that reader would give, to the byte."""

from dataclasses import replace
from email.utils import format_datetime
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plugins.subscriptions.letters import writer as writing
from plugins.subscriptions.letters.letter import LONGEST, Letter, Slot, UnfitValue
from plugins.subscriptions.letters.message import Draft, mark, message
from plugins.subscriptions.mailing import NoticeKind
from plugins.subscriptions.reader import Frequency
from tests.nouns import PUBLISHED, a_correction, a_release, with_translation
from tests.subscriptions.letters.written import AT, VALUES, a_writer, deployed, read

WEB = "abcXYZ019-._~:/?#@!$&'()*+,;=%"


@cache
def drafts() -> tuple[Draft, ...]:
    """Every kind of letter before it is anybody's."""
    site = deployed(*with_translation(a_release(corrections=(a_correction(),), case_number="1.1-2031-000123")))
    writer = a_writer(site)
    made: list[Draft] = []
    letter_of = Letter.of
    try:
        writing.Letter = _Catching(made)  # type: ignore[assignment, misc]
        for language in ("sv", "en"):
            for notice in site.announcements:
                writer.release(notice, site.record(notice, language), language)
            writer.digest(Frequency.DAILY, PUBLISHED.date(), site.announcements, language)
            writer.confirmation(language)
            writer.manage_link(language)
    finally:
        writing.Letter = Letter  # type: ignore[misc]
    assert Letter.of == letter_of and len(made) == 10
    return tuple(made)


class _Catching:
    def __init__(self, made: list[Draft]) -> None:
        self.made = made

    def of(self, draft: Draft) -> None:
        self.made.append(draft)


@cache
def letters() -> tuple[Letter, ...]:
    return tuple(map(Letter.of, drafts()))


def slowly(draft: Draft, values: dict[Slot, str]) -> bytes:
    return message(draft, {**values, Slot.DATE: format_datetime(AT)}).as_bytes()


links = st.text(WEB, min_size=1, max_size=LONGEST - 10).map("https://".__add__)
names = st.text("aZ09.!#$%&'*+/=?^_`{|}~-åß", min_size=1, max_size=64)
addresses = st.builds("{}@{}".format, names, st.text("ab-.", min_size=1, max_size=200))


@settings(deadline=None)
@given(st.integers(0, 9), links, links, addresses)
@example(0, "https://x/" + "=" * 80, "https://x/" + "a" * 66, "a@b")
@example(0, "https://x/" + "a" * 67, "https://x/" + "a" * 60 + "&&&&", "å" * 60 + "@b")
def test_fast_is_equal_to_slow(number: int, leave: str, link: str, address: str) -> None:
    values = {**VALUES, Slot.LEAVE: leave, Slot.LINK: link, Slot.TO: address}
    assert letters()[number].fill(values, AT) == slowly(drafts()[number], values)


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\x02\x03", exclude_categories=["Cs"]), max_size=300))
def test_whatever_stands_around_a_slot(around: str) -> None:
    around = around.replace("\r", "\n").replace("\x0b", " ").replace("\x0c", " ").replace("\x1c", "")
    around = "".join(letter for letter in around if letter not in "\x1d\x1e\x85\u2028\u2029")
    slot, own = mark(Slot.LEAVE), f'<a\nhref="{mark(Slot.LEAVE)}"\n>'
    draft = Draft(
        headers=(("Subject", "Ämne"), ("List-Unsubscribe", f"<{slot}>")),
        text=f"{around}\n{slot}\n{around}\n",
        html=f"<p>{around}\n{own}{around}</p>\n",
    )
    values = {Slot.LEAVE: "https://x/" + "=" * 70}
    assert Letter.of(draft).fill(values, AT) == message(draft, values).as_bytes()


def test_a_letter_needs_the_slots_it_has_and_no_other() -> None:
    correction, confirmation = letters()[0], letters()[3]
    assert correction.slots == {Slot.TO, Slot.MESSAGE_ID, Slot.EARLIER, Slot.LEAVE}
    assert confirmation.slots == {Slot.TO, Slot.MESSAGE_ID, Slot.LINK}
    with pytest.raises(KeyError):
        confirmation.fill({Slot.TO: "kim@redaktionen.example"}, AT)


@pytest.mark.parametrize(
    "value",
    [
        "kim@example.se\r\nBcc: all@example.se", "kim@example.se\nX: y", "a b@example.se", "a@b\x00", 'a"@b', "a\\@b",
        "a\u2028@b", "a\x85@b", "a\xa0@b", "\ud800@b", "a@" + "b" * LONGEST,
    ],
)  # fmt: skip
@pytest.mark.parametrize("slot", [Slot.TO, Slot.LEAVE, Slot.MESSAGE_ID])
def test_no_value_breaks_out_of_its_slot(slot: Slot, value: str) -> None:
    with pytest.raises(UnfitValue) as refused:
        letters()[0].fill({**VALUES, slot: value}, AT)
    assert "kim" not in str(refused.value)


def test_a_value_is_escaped_where_it_is_shown() -> None:
    written = letters()[0].fill({**VALUES, Slot.TO: "o'<b>&x@example.se"}, AT)
    part = read(written).get_body(("html",))
    assert part is not None
    assert "o&#x27;&lt;b&gt;&amp;x@example.se" in part.get_content()


def test_text_that_looks_like_a_slot_is_text() -> None:
    """Marks are made of what the letter says, so that nobody can write one."""
    site = deployed(a_release(title="slot-leave-000000000000 slot-to", lead="\x02leave\x03 \x02to\x03"))
    notice = site.announcements[0]
    letter = a_writer(site).release(notice, site.record(notice, "sv"), "sv")
    assert read(letter)["Subject"] == "slot-leave-000000000000 slot-to"
    assert letter.fill(VALUES, AT).count(VALUES[Slot.LEAVE].encode()) == 1  # in the header; elsewhere lines are folded
    assert "leave to" in read(letter).get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_same_letter_same_bytes() -> None:
    assert letters()[0].fill(VALUES, AT) == Letter.of(drafts()[0]).fill(VALUES, AT)


def test_kinds_of_notices_make_letters_of_their_own() -> None:
    site = deployed(a_release(corrections=(a_correction(),)))
    correction, release = site.announcements
    assert (correction.kind, release.kind) == (NoticeKind.CORRECTION, NoticeKind.RELEASE)
    writer, record = a_writer(site), site.record(correction, "sv")
    assert writer.release(correction, record, "sv").fill(VALUES, AT) != writer.release(release, record, "sv").fill(
        VALUES, AT
    )
    assert replace(correction, kind=NoticeKind.RELEASE) != correction
