"""What letters say and which headers they bear."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from plugins.newsroom import Localized
from plugins.subscriptions.letters.letter import Slot
from plugins.subscriptions.letters.writer import LONGEST_SUBJECT, TooLarge, Unwritable
from plugins.subscriptions.reader import Frequency
from tests.nouns import (
    a_contact,
    a_correction,
    a_document,
    a_link,
    a_release,
    a_withdrawal,
    an_image,
    with_translation,
)
from tests.subscriptions.letters.written import (
    AT,
    SERVICE,
    VALUES,
    Deployment,
    a_writer,
    defects,
    deployed,
    html,
    newest,
    read,
    text,
)

BODY = """<h2>Vad som händer</h2><p>Ett stycke med <a href="/kontakt/">en länk</a><sup id="fnref:1"><a
class="footnote-ref" href="#fn:1">1</a></sup>.</p><p><img src="/bild-960.jpg" alt="En hand" srcset="/x.webp 1x"></p>
<ul><li>ett</li><li>två</li></ul><table><thead><tr><th>År</th><th>Antal</th></tr></thead><tbody><tr><td>2031</td>
<td>5</td></tr></tbody></table>"""
WHOLE = a_release(
    case_number="1.1-2031-000123",
    images=(an_image(),),
    documents=(a_document(),),
    links=(a_link(),),
    contacts=(a_contact(), a_contact("forskaren", phone=None)),
)


@pytest.fixture(scope="module")
def whole() -> EmailMessage:
    return newest(deployed(WHOLE, body=BODY))


def every_letter(site: Deployment) -> Iterator[EmailMessage]:
    writer = a_writer(site)
    for language in ("sv", "en"):
        for notice in site.announcements:
            yield read(writer.release(notice, site.record(notice, language), language))
        for frequency in (Frequency.DAILY, Frequency.WEEKLY):
            yield read(writer.digest(frequency, date(2031, 5, 9), site.announcements, language))
        yield read(writer.confirmation(language))
        yield read(writer.manage_link(language))


def test_a_journalist_finds_everything_in_both_forms(whole: EmailMessage) -> None:
    assert whole["Subject"] == WHOLE.title
    shown = BeautifulSoup(html(whole), "html.parser")
    for words in (
        WHOLE.title, WHOLE.lead, "Vad som händer", "två", "2031", "010-123 45 67", "presstjansten@example.se",
        "forskaren@example.se", "Vardagar kl. 8–17", "Prov tas i laboratoriet.", "Kim Exempelsson/Exempelmyndigheten",
        "Får användas fritt i redaktionella sammanhang.", "Rapporten i sin helhet", "0,1\xa0MB", "Läs mer hos",
        "1.1-2031-000123", "visar hur det kan se ut", "4 maj 2031 kl.\xa010.00",
        "https://press.example.se/pressmeddelanden/2031/ett-exempel/",
    ):  # fmt: skip
        assert words in text(whole), words
        assert words in " ".join(shown.get_text().split(" ")), words
    links = {link["href"] for link in shown.find_all("a")}
    assert {"tel:+46101234567", "https://press.example.se/kontakt/", "https://www.example.org/mer"} <= links
    for address in (
        "https://press.example.se/pressmeddelanden/2031/ett-exempel/rapport.pdf",
        "https://press.example.se/pressmeddelanden/2031/ett-exempel/bild.jpg",
    ):
        assert address in links and address in text(whole)


def test_pictures_are_links_and_footnotes_are_text(whole: EmailMessage) -> None:
    shown = BeautifulSoup(html(whole), "html.parser")
    assert shown.img is None
    picture = shown.find("a", href="https://press.example.se/bild-960.jpg")
    assert picture is not None and picture.get_text() == "Bild: En hand"
    assert "en länk[1]." in shown.get_text()
    assert not shown.find("a", href=re.compile("^#"))


def test_the_reader_sees_why_and_how_to_leave(whole: EmailMessage) -> None:
    """In both forms: which address, one link to leave, one to change; the latter names nobody."""
    for shown in (text(whole), html(whole)):
        assert shown.count(VALUES[Slot.TO]) == 1
        assert shown.count(VALUES[Slot.LEAVE]) == 1
        assert shown.count(f"{SERVICE}manage?language=sv") == 1
        assert "Du får det här mejlet för att den här adressen prenumererar" in shown


def test_no_letter_fetches_or_runs_anything() -> None:
    """No pixel, no tracking: opening a letter tells nobody, and links lead where they say."""
    site = deployed(*with_translation(WHOLE), body=BODY)
    for letter in every_letter(site):
        shown = BeautifulSoup(html(letter), "html.parser")
        assert shown.find_all(["img", "script", "link", "iframe", "object", "embed", "form", "svg", "base"]) == []
        assert shown.find_all("meta", attrs={"http-equiv": True}) == []
        assert not re.search(r"url\(|@import|@font-face|\son\w+=|srcset|background=", html(letter))
        for link in shown.find_all("a"):
            parts = urlsplit(str(link["href"]))
            assert parts.scheme in ("https", "mailto", "tel")
            assert not parts.query or str(link["href"]).startswith(f"{SERVICE}manage?language=")


def test_every_letter_is_a_sound_message() -> None:
    site = deployed(*with_translation(replace(WHOLE, corrections=(a_correction(),))), body=BODY, demonstration=True)
    seen = 0
    for letter in every_letter(site):
        seen += 1
        raw = letter.as_bytes()
        assert defects(letter) == []
        assert raw.isascii()
        assert max(len(line) for line in raw.split(b"\r\n")) <= 998
        body = raw.partition(b"\r\n\r\n")[2]
        assert max(len(line) for line in body.split(b"\r\n")) <= 76
        assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")
        assert [part.get_content_type() for part in letter.walk()] == [
            "multipart/alternative", "text/plain", "text/html",
        ]  # fmt: skip
        assert len({name.lower() for name in letter}) == len(letter.keys()), "no header stands twice"
        for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Language"):
            assert letter[name], name
        assert not {"Precedence", "Return-Path", "Bcc", "Sender"} & set(letter.keys())
    assert seen == 12


def test_one_click_unsubscribing_is_as_rfc_8058_wants() -> None:
    """One https address with enough in it to know the reader, in a header of its own, and the fixed words beside it."""
    site = deployed(WHOLE)
    writer, notice = a_writer(site), site.announcements[0]
    for letter in (
        writer.release(notice, site.record(notice, "sv"), "sv"),
        writer.digest(Frequency.DAILY, date(2031, 5, 9), [notice], "sv"),
    ):
        raw = letter.fill(VALUES, AT).decode()
        assert raw.count(f"\r\nList-Unsubscribe: <{VALUES[Slot.LEAVE]}>\r\n") == 1
        assert raw.count("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") == 1
        assert urlsplit(VALUES[Slot.LEAVE]).scheme == "https"
        assert read(letter)["List-Id"] == "<releases.press.example.se>"
    for letter in (writer.confirmation("sv"), writer.manage_link("sv")):
        assert not [name for name in read(letter) if name.startswith("List-")]


def test_only_what_a_program_decided_to_send_says_so() -> None:
    site = deployed(WHOLE)
    writer, notice = a_writer(site), site.announcements[0]
    assert newest(site)["Auto-Submitted"] is None
    for letter in (
        writer.digest(Frequency.DAILY, date(2031, 5, 9), [notice], "sv"),
        writer.confirmation("sv"),
        writer.manage_link("sv"),
    ):
        assert read(letter)["Auto-Submitted"] == "auto-generated"


def test_it_comes_from_the_publisher_and_answers_go_to_the_press_contact() -> None:
    site = deployed(WHOLE)
    assert newest(site)["From"] == "Exempelmyndigheten <list@lista.example.se>"
    assert newest(site, sender="Pressrummet <list@lista.example.se>")["From"] == "Pressrummet <list@lista.example.se>"
    assert newest(site)["Reply-To"] == "presstjansten@example.se"
    assert newest(deployed(a_release(contacts=(a_contact(mail=None),))))["Reply-To"] is None


def test_a_demonstration_says_so_and_answers_reach_no_agency() -> None:
    for letter in every_letter(deployed(WHOLE, demonstration=True)):
        assert re.search("demonstration", letter["From"])
        assert re.search("Inofficiell demonstration|Unofficial demonstration", text(letter))
        assert re.search("Inofficiell demonstration|Unofficial demonstration", html(letter))
        assert letter["Reply-To"] is None
    assert "demonstration" not in newest(deployed(WHOLE)).as_string()


def test_letters_speak_the_readers_language() -> None:
    site = deployed(*with_translation(WHOLE, title="An example", lead="The lead."))
    english = newest(site, "en")
    assert english["Subject"] == "An example" and english["Content-Language"] == "en"
    assert "Unsubscribe" in text(english) and "Presskontakt" not in text(english)
    assert '<html lang="en">' in html(english)


def test_what_is_not_translated_comes_as_it_is_and_says_so() -> None:
    letter = newest(deployed(WHOLE), "en")
    assert letter["Subject"] == WHOLE.title and letter["Content-Language"] == "en, sv"
    assert "This text is only available in Swedish." in text(letter)
    shown = BeautifulSoup(html(letter), "html.parser")
    assert shown.html is not None and shown.html["lang"] == "en"
    assert shown.h1 is not None and shown.h1["lang"] == "sv"
    assert "Unsubscribe" in text(letter)


def test_an_unofficial_and_an_old_translation_say_so() -> None:
    original = replace(WHOLE, corrections=(a_correction(),))
    letter = newest(deployed(*with_translation(original, official=False, of_revision=1)), "en")
    for shown in (text(letter), html(letter)):
        assert "Unofficial translation." in shown and "The original has been changed" in shown
        assert "https://press.example.se/pressmeddelanden/2031/ett-exempel/" in shown


@pytest.mark.parametrize(
    ("kind", "subject", "word"),
    [("correction", "Rättelse: ", "Rättelse"), ("clarification", "Förtydligande: ", "Förtydligande")],
)
def test_a_correction_says_what_was_wrong_before_all_else(kind: str, subject: str, word: str) -> None:
    changes = a_correction("typo", text="Ett skrivfel."), a_correction(kind, text="Det var fem, inte sex.")
    letter = newest(deployed(replace(WHOLE, corrections=changes)))
    assert letter["Subject"] == subject + WHOLE.title
    assert letter["In-Reply-To"] == letter["References"] == VALUES[Slot.EARLIER]
    for shown in (text(letter), html(letter)):
        assert shown.index(word) < shown.rindex("Det var fem, inte sex.") < shown.rindex(WHOLE.lead)
        assert "Ett skrivfel." not in shown


def test_each_correction_is_told_in_its_own_letter() -> None:
    first, second = a_correction(text="Den första."), a_correction(after=timedelta(days=3), text="Den andra.")
    site = deployed(replace(WHOLE, corrections=(second, first)))
    told = [read(a_writer(site).release(each, site.record(each, "sv"), "sv")) for each in site.announcements]
    assert ["Den andra." in text(told[0]), "Den första." in text(told[0])] == [True, False]
    assert ["Den andra." in text(told[1]), "Den första." in text(told[1])] == [False, True]
    assert told[2]["In-Reply-To"] is None


def test_a_withdrawal_says_why_and_nothing_of_what_was_told() -> None:
    letter = newest(deployed(replace(WHOLE, withdrawn=a_withdrawal("in_error")), body=BODY))
    assert letter["Subject"] == f"Återkallat: {WHOLE.title}"
    for shown in (text(letter), html(letter)):
        assert "Publicerat av misstag och återkallat" in shown and "Uppgifterna stämde inte." in shown
        assert WHOLE.lead not in shown and "Vad som händer" not in shown and "bild.jpg" not in shown
        assert "010-123 45 67" in shown


def test_a_digest_tells_each_in_short() -> None:
    day = WHOLE.published + timedelta(days=9)
    late = a_release(id="a1a1a1a1", slug="ett-annat", title="Ett annat", urgent=True, published=day)
    gone = a_release(id="b2b2b2b2", slug="borta", title="Något borta", withdrawn=a_withdrawal())
    site = deployed(late, gone, *with_translation(WHOLE, title="An example", lead="The lead."))
    swedish = read(a_writer(site).digest(Frequency.DAILY, date(2031, 5, 13), site.announcements, "sv"))
    english = read(a_writer(site).digest(Frequency.WEEKLY, date(2031, 5, 16), site.announcements[-1:], "en"))
    assert swedish["Subject"] == "3 pressmeddelanden, 13 maj 2031"
    assert english["Subject"] == "1 press release, week 20"
    for shown in (text(swedish), html(swedish)):
        assert "Ett annat" in shown and WHOLE.lead in shown and "Brådskande" in shown
        assert "Något borta" in shown and "Återkallat" in shown and "Använd inte texten" in shown
        assert "https://press.example.se/pressmeddelanden/2031/ett-annat/" in shown
    assert "An example" in text(english) and "The lead." in text(english)


def test_personal_letters_hold_nothing_of_who_asked_but_the_address() -> None:
    """Else the list could be made to carry anybody's words to anybody."""
    letter = a_writer(deployed(WHOLE)).confirmation("sv")
    assert letter.slots == {Slot.TO, Slot.MESSAGE_ID, Slot.LINK}
    shown = read(letter)
    assert text(shown).count(VALUES[Slot.LINK]) == 1
    assert html(shown).count(VALUES[Slot.LINK]) == 2
    assert "sju dagar" in text(shown) and "behöver du inte göra något" in text(shown)


def test_a_long_title_is_cut_in_the_subject_alone() -> None:
    title = "Väldigt långt " * 40
    letter = newest(deployed(a_release(title=title.strip())))
    assert len(letter["Subject"]) <= LONGEST_SUBJECT and letter["Subject"].endswith("…")
    assert title.strip() in text(letter)
    assert all(len(word) <= 75 for word in re.findall(r"=\?[^ ]+\?=", letter.as_string()))


EVIL = (
    "</p></td></table><script>alert(1)</script><style>*{display:none}</style><img src=x onerror=alert(1)>"
    '<a href="javascript:alert(1)" onclick="x()">a</a><form action="https://evil.example"><input></form>'
    '<iframe src="https://evil.example"></iframe><svg onload=alert(1)></svg><!--[if mso]><b>x</b><![endif]-->'
    '<base href="https://evil.example/"><meta http-equiv="refresh" content="0"><p style="position:fixed">p</p>'
)


def test_hostile_content_stays_text() -> None:
    head = "Titel\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script>"
    contact = a_contact(hours=Localized.of({"sv": EVIL}))
    site = deployed(a_release(title=head, lead=EVIL, case_number=EVIL, contacts=(contact,)), body=EVIL)
    digest = a_writer(site).digest(Frequency.DAILY, date(2031, 5, 9), site.announcements, "sv")
    for letter in (newest(site), read(digest)):
        assert letter["Bcc"] is None
        assert defects(letter) == []
        shown = BeautifulSoup(html(letter), "html.parser")
        names = {tag.name for tag in shown.find_all(True)}
        assert not names & {"script", "img", "form", "input", "iframe", "svg", "base"}
        assert len(shown.find_all("style")) == 1, "ours"
        assert not [tag for tag in shown.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
        assert not [link for link in shown.find_all("a") if str(link["href"]).lower().startswith("javascript")]
        assert "position" not in " ".join(str(tag.get("style", "")) for tag in shown.find_all(True))
        assert "evil" not in " ".join(str(link["href"]) for link in shown.find_all("a"))
        assert VALUES[Slot.LEAVE] in {link["href"] for link in shown.find_all("a")}


def test_what_is_too_large_or_too_deep_is_told() -> None:
    site = deployed(a_release(), body="<p>Ö</p>" * 70_000)
    notice = site.announcements[0]
    with pytest.raises(TooLarge):
        a_writer(site).release(notice, site.record(notice, "sv"), "sv")
    deep = deployed(a_release(), body="<blockquote>" * 5000 + "x")
    notice = deep.announcements[0]
    with pytest.raises(Unwritable):
        a_writer(deep).release(notice, deep.record(notice, "sv"), "sv")


def test_a_publisher_written_on_two_lines_is_one_name() -> None:
    site = deployed(WHOLE)
    offer = replace(site.offer, publisher=Localized.of({"sv": "Verket\r\nBcc: all@example.org"}))
    letter = newest(replace(site, offer=offer))
    assert letter["Bcc"] is None
    assert letter["From"].addresses[0].display_name == "Verket Bcc: all@example.org"


def test_a_domain_outside_ascii_is_written_in_ascii() -> None:
    site = deployed(WHOLE)
    offer = replace(site.offer, home=Localized.of({"sv": "https://räksmörgås.example/"}))
    letter = newest(replace(site, offer=offer))
    assert letter["List-Id"] == "<releases.xn--rksmrgs-5wao1o.example>"
