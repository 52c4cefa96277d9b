"""Builders of nouns for tests: whole, sensible and fictional; a test says only what it is about.

    a_newsroom(releases=[a_release(title="Rubrik", keywords=(a_keyword("vatten"),))])
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from plugins.edition.stage import Stage
from plugins.newsroom import (
    Addresses,
    Assignment,
    Audience,
    Contact,
    Correction,
    CorrectionKind,
    Deadline,
    Document,
    File,
    Funding,
    Image,
    Imported,
    Input,
    Keyword,
    LanguageVersion,
    Link,
    Localized,
    Newsroom,
    Page,
    Phone,
    PressMaterial,
    Publisher,
    Release,
    ReleaseType,
    Rendition,
    SecurityPolicy,
    Signatory,
    Site,
    State,
    Task,
    Terms,
    Withdrawal,
    WithdrawalKind,
    fingerprint,
)
from plugins.newsroom.newsroom import Text

THEME = Path(__file__).parent.parent / "theme"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
SITE = Site("https://press.example.se")
LANGUAGES = ("sv", "en")
ADDRESSES = Addresses(LANGUAGES)
PUBLISHED = datetime(2031, 5, 4, 10, 0, tzinfo=STOCKHOLM)
NOW = datetime(2031, 6, 1, 12, 0, tzinfo=UTC)


def words(sv: str, en: str | None = None) -> Localized:
    """A text in Swedish and, if given, English."""
    return Localized.of({"sv": sv} if en is None else {"sv": sv, "en": en})


def a_contact(slug: str = "presstjansten", **changes: Any) -> Contact:
    """The press desk; with another slug another function with the same ways to reach it."""
    return Contact(
        **{
            "slug": slug,
            "function": words("Presstjänsten", "Press office") if slug == "presstjansten" else words(slug.title()),
            "phone": Phone(text="010-123 45 67", number="+46101234567"),
            "mail": f"{slug}@example.se",
            "hours": words("Vardagar kl. 8–17", "Weekdays 8 am–5 pm"),
            "languages": ("sv", "en"),
            "valid_until": None,
            **changes,
        }
    )


def a_keyword(slug: str = "vatten", **changes: Any) -> Keyword:
    label = words("Vatten", "Water") if slug == "vatten" else words(slug.title(), f"{slug.title()} (en)")
    return Keyword(**{"slug": slug, "label": label, "medtop": None, "aliases": (), **changes})


def a_type(slug: str = "pressmeddelande", **changes: Any) -> ReleaseType:
    if slug == "pressmeddelande":
        label, plural = words("Pressmeddelande", "Press release"), words("Pressmeddelanden", "Press releases")
    else:
        label, plural = words(slug.title(), f"{slug.title()} (en)"), words(f"{slug.title()}er", f"{slug.title()}s (en)")
    return ReleaseType(**{"slug": slug, "label": label, "plural": plural, **changes})


def an_audience(slug: str = "media", **changes: Any) -> Audience:
    label = words("Media", "Media") if slug == "media" else words(slug.title(), f"{slug.title()} (en)")
    return Audience(**{"slug": slug, "label": label, **changes})


def terms(slug: str = "fri", **changes: Any) -> Terms:
    return Terms(
        **{
            "slug": slug,
            "label": words("Fri att använda", "Free to use"),
            "text": words("Får användas fritt i redaktionella sammanhang.", "Free for editorial use."),
            "url": None,
            **changes,
        }
    )


def a_rendition(address: str, width: int = 480, **changes: Any) -> Rendition:
    media_type = {"webp": "image/webp", "png": "image/png"}.get(address.rsplit(".", 1)[-1], "image/jpeg")
    return Rendition(
        **{
            "address": address,
            "media_type": media_type,
            "bytes": width * 100,
            "sha256": fingerprint(address) * 2,
            "place": f"/nowhere/{address}",
            "width": width,
            "height": width * 2 // 3,
            **changes,
        }
    )


def an_image(file: str = "bild.jpg", folder: str = "pressmeddelanden/2031/ett-exempel/", **changes: Any) -> Image:
    """A picture with renditions 480 and 960 in WebP and JPEG; its files do not exist."""
    stem = file.rsplit(".", 1)[0]
    return Image(
        **{
            "file": file,
            "source_digest": fingerprint(folder, file),
            "language": "sv",
            "alt": "En hand som håller ett provrör",
            "caption": "Prov tas i laboratoriet.",
            "credit": "Kim Exempelsson/Exempelmyndigheten",
            "terms": terms(),
            "original": a_rendition(f"{folder}{stem}.jpg", 2400),
            "renditions": tuple(
                a_rendition(f"{folder}{stem}-{width}.{ending}", width)
                for ending in ("webp", "jpg")
                for width in (480, 960)
            ),
            **changes,
        }
    )


def a_document(
    file: str = "rapport.pdf", folder: str = "pressmeddelanden/2031/ett-exempel/", **changes: Any
) -> Document:
    download = File(
        address=f"{folder}{file}",
        media_type="application/pdf",
        bytes=123_456,
        sha256=fingerprint(folder, file) * 2,
        place=f"/nowhere/{file}",
    )
    return Document(**{"title": "Rapporten i sin helhet", "file": file, "download": download, **changes})


def a_link(text: str = "Läs mer hos Exempelverket", url: str = "https://www.example.org/mer") -> Link:
    return Link(text=text, url=url)


def a_correction(kind: str = "correction", after: timedelta = timedelta(days=1), **changes: Any) -> Correction:
    """A change that long after the usual time of publication."""
    return Correction(
        **{
            "at": PUBLISHED + after,
            "kind": CorrectionKind(kind),
            "text": "I en tidigare version stod fel antal.",
            **changes,
        }
    )


def a_withdrawal(kind: str = "withdrawn", after: timedelta = timedelta(days=2), **changes: Any) -> Withdrawal:
    return Withdrawal(
        **{
            "at": PUBLISHED + after,
            "kind": WithdrawalKind(kind),
            "reason": "Uppgifterna stämde inte.",
            "by": "r2r2r2r2" if kind == "replaced" else None,
            **changes,
        }
    )


def an_import(after: timedelta = timedelta(days=1), **changes: Any) -> Imported:
    """That a release was taken over, that long after the usual time of publication."""
    return Imported(**{"at": PUBLISHED + after, "url": "https://old.example/nyheter/1", **changes})


def a_release(**changes: Any) -> Release:
    """A public Swedish press release of 4 May 2031; address and source follow its slug, year and language."""
    language = changes.get("language", "sv")
    year = changes.get("year", changes.get("published", PUBLISHED).astimezone(STOCKHOLM).year)
    slug = changes.get("slug", "ett-exempel")
    return Release(
        **{
            "id": "k7q2m9xd",
            "language": language,
            "original_language": language,
            "year": year,
            "slug": slug,
            "address": ADDRESSES.release(language, year, slug),
            "source": f"releases/{year}/{slug}/{language}.md",
            "state": State.PUBLIC,
            "type": a_type(),
            "audiences": (),
            "published": PUBLISHED,
            "case_number": None,
            "title": "Ett exempel på ett pressmeddelande",
            "lead": "Ingressen säger det viktigaste i en mening.",
            "body_digest": fingerprint("body"),
            "written_digest": fingerprint("written"),
            "keywords": (),
            "contacts": (a_contact(),),
            "images": (),
            "documents": (),
            "links": (),
            "urgent": False,
            "responds_to": (),
            "corrections": (),
            "withdrawn": None,
            "imported": None,
            "moved_from": (),
            "missing": (),
            "official": True,
            "of_revision": None,
            "versions": (),
            **changes,
        }
    )


def with_translation(original: Release, **changes: Any) -> tuple[Release, Release]:
    """The release and its English translation, each knowing the other; `changes` are the translation's."""
    address = ADDRESSES.release("en", original.year, original.slug)
    translation = replace(
        original,
        **{
            "language": "en",
            "address": address,
            "source": original.source.replace(f"{original.language}.md", "en.md"),
            "title": "An example of a press release",
            "lead": "The lead says what matters most in one sentence.",
            "of_revision": original.revision,
            "moved_from": (),
            "versions": (
                LanguageVersion(language=original.language, address=original.address, title=original.title),
            ),
            **changes,
        },
    )
    known = LanguageVersion(language="en", address=translation.address, title=translation.title)
    return replace(original, versions=(known,)), translation


def an_assignment(**changes: Any) -> Assignment:
    """A government decision of 2030 with every part filled but for one that its source lacks."""
    language = changes.get("language", "sv")
    year = changes.get("year", 2030)
    slug = changes.get("slug", "ett-uppdrag")
    return Assignment(
        **{
            "id": "u1u1u1u1",
            "language": language,
            "original_language": language,
            "year": year,
            "slug": slug,
            "address": ADDRESSES.assignment(language, year, slug),
            "source": f"assignments/{year}/{slug}/{language}.md",
            "state": State.PUBLIC,
            "published": datetime(2030, 9, 1, 9, 0, tzinfo=STOCKHOLM),
            "title": "Uppdrag att mäta vatten",
            "issuer": "Regeringen",
            "ministry": "Exempeldepartementet",
            "recipient": "Exempelmyndigheten",
            "decision_date": date(2030, 8, 28),
            "decision_number": "I:7",
            "case_number": "EX2030/00123",
            "operative": ("Regeringen uppdrar åt Exempelmyndigheten att mäta vatten.",),
            "tasks": (Task(id="mat", text="mäta vattnet"), Task(id="beratta", text="berätta vad som mättes")),
            "consult_with": ("Exempelverket",),
            "deadlines": (
                Deadline(
                    id="slutredovisning", date=date(2031, 12, 1), action="Slutredovisning", to="Exempeldepartementet"
                ),
            ),
            "funding": Funding(
                year=2030, amount=None, appropriation="1:1 Mätning", item="ap. 2", payer="Kammarkollegiet", mode=None
            ),
            "conditions": ("Medlen betalas ut mot rekvisition.",),
            "legal_refs": (Link(text="Förordning (2030:1) om vatten", url="https://www.example.org/2030-1"),),
            "signatories": (Signatory(name="Robin Exempel", role=None),),
            "copies_to": ("Exempelutskottet",),
            "documents": (),
            "corrections": (),
            "body_digest": fingerprint("background"),
            "written_digest": fingerprint("written background"),
            "missing": ("funding.amount", "signatories.0.role"),
            "moved_from": (),
            "versions": (),
            **changes,
        }
    )


def a_page(**changes: Any) -> Page:
    language = changes.get("language", "sv")
    key = changes.get("key", "about")
    return Page(
        **{
            "key": key,
            "language": language,
            "original_language": language,
            "address": ADDRESSES.section(language, key),
            "source": f"pages/{key}/{language}.md",
            "state": State.PUBLIC,
            "published": datetime(2030, 1, 1, 9, 0, tzinfo=STOCKHOLM),
            "title": "Om pressrummet",
            "lead": None,
            "body_digest": fingerprint("page"),
            "versions": (),
            **changes,
        }
    )


def a_security_policy(**changes: Any) -> SecurityPolicy:
    return SecurityPolicy(
        **{
            "contact": "mailto:sakerhet@example.se",
            "expires": datetime(2032, 1, 1, tzinfo=UTC),
            "policy": "https://www.example.se/sakerhet",
            **changes,
        }
    )


def a_newsroom(**changes: Any) -> Newsroom:
    """The press room of Exempelmyndigheten in Swedish and English, empty of texts.

    `releases` and `assignments` may come in any order. `input` follows the parts that newsroom.yaml decides.
    """
    languages: tuple[str, ...] = changes.get("languages", LANGUAGES)
    settings: dict[str, Any] = {
        "site": SITE,
        "addresses": Addresses(languages),
        "timezone": STOCKHOLM,
        "languages": languages,
        "demonstration": False,
        "publisher": Publisher(
            label=words("Exempelmyndigheten", "The Example Agency"),
            url="https://www.example.se",
            tag_authority="example.se,2031",
            organisation_number="202100-0000",
            responsible_editor="Robin Exempel",
        ),
        "press_desk": a_contact(),
        "contacts": (a_contact(),),
        "keywords": (a_keyword(), a_keyword("luft")),
        "types": (a_type(), a_type("nyhet")),
        "audiences": (an_audience(), an_audience("vard")),
        "terms": (terms(),),
        "boilerplate": words("Exempelmyndigheten visar hur det kan se ut.", "The Example Agency shows what it may be."),
        "introduction": words("Här hittar du våra nyheter.", "Here you will find our news."),
        "teaser": words("Fler nyheter finns i pressrummet.", "There is more news in the press room."),
        "subscription_promise": words("Vi frågar bara efter din adress.", "We ask for nothing but your address."),
        "subscription_endpoint": None,
        "security": None,
        "press_materials": tuple(PressMaterial(language=each, images=(), documents=()) for each in languages),
    }
    texts: dict[str, Any] = {"releases": (), "assignments": (), "pages": ()}
    known = {**settings, **{name: value for name, value in changes.items() if name in settings}}
    read = {name: value for name, value in {**texts, **changes}.items() if name in texts}
    rest = {name: value for name, value in changes.items() if name not in settings and name not in texts}
    return Newsroom(
        **{
            "now": NOW,
            **known,
            "releases": _newest_first(read["releases"], languages),
            "assignments": _newest_first(read["assignments"], languages),
            "pages": tuple(read["pages"]),
            "input": Input("newsroom.yaml", fingerprint(repr(known))),
            **rest,
        }
    )


def _newest_first(texts: Iterable[Any], languages: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(sorted(texts, key=lambda t: (-t.published.timestamp(), t.id, languages.index(t.language))))


class StoredBodies:
    """Bodies that a test wrote itself: rendered HTML by source file, or one for all that have none of their own."""

    def __init__(self, html: Mapping[str, str] | None = None, otherwise: str = "<p>Brödtexten.</p>") -> None:
        self.stored = dict(html or {})
        self.otherwise = otherwise

    def html(self, text: Text) -> str:
        return self.stored.get(text.source, self.otherwise)


def a_stage(newsroom: Newsroom | None = None, bodies: StoredBodies | None = None) -> Stage:
    """A stage with the real theme in an environment as strict as the site's; it has no translations of its own."""
    environment = Environment(
        loader=FileSystemLoader(THEME / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return Stage(
        newsroom=newsroom or a_newsroom(),
        bodies=bodies or StoredBodies(),
        environment=environment,
        theme=THEME,
        rooms=frozenset(["plugins.media", "plugins.pages", "plugins.feeds", "plugins.subscriptions"]),
    )
