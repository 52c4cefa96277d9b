"""`press new`: a release to fill in, with every field and a hint about each."""

import itertools
import json
import re
import secrets
import string
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from plugins.desk.project import Project
from plugins.desk.words import _
from plugins.reading.masthead.masthead import Masthead

SLUG_LENGTH = 60
ID_LENGTH = 8

_NO_ACCENT = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l"})


class Unusable(Exception):
    """Something given for the new release can't be used; the message is a sentence."""


HINTS = {
    "id": "Never change the id: readers' feeds recognise the release by it, also under a new headline.",
    "type": "Kind of document. Choose among: {types}.",
    "audiences": "For whom it is meant. Choose among: {audiences}.",
    "published": "When it becomes public. In the future: embargoed until then. As long as the line is off: a draft.",
    "case_number": "The case number, if there is one, such as 1.1-2031-000123.",
    "title": "The headline: what is new, in one line.",
    "lead": "The lead: the most important, in two or three sentences. It stands alone in lists, feeds and letters.",
    "keywords": "Choose among: {keywords}.",
    "contacts": "Whom journalists call, in this order. Without the line: the press desk. Choose among: {contacts}.",
    "images": "Pictures in this folder. file: the name, a–z, 0–9 and - only; alt: what is seen, for those who don't "
    "see it; caption; credit: the photographer; terms: choose among {terms}. Repeat from the hyphen for one more.",
    "documents": "Reports and the like in this folder, for download. file: the name; title: what it is called.",
    "links": "Where to read more. text: the words of the link; url: the address, with https://.",
    "urgent": "true only for what can't wait: it is told at once to those who follow.",
    "responds_to": "The id of a government assignment that this release reports on, such as [abcd1234].",
    "corrections": "What was corrected after publication, shown to readers. at: when it was corrected; kind: typo, "
    "clarification or correction; text: what was changed.",
    "withdrawn": "If the release no longer holds. at: when it was withdrawn; kind: withdrawn, in_error or replaced "
    "(then by: the new one's id); reason: why.",
    "imported": "Written by press import: when an older release was taken over, and its old address. No feed or letter "
    "announces it.",
    "moved_from": "Addresses where the release was before, such as [/releases/2031/old-name/]; they redirect here.",
    "missing": "Only for an old release whose text is lost: the page says so.",
}
"""What each key of a release is for."""

_WRITTEN = {"id": "id: {id}", "type": "type: {type}", "title": "title: {title}", "lead": "lead:"}
"""The keys that are in use from the start; the lead is left empty, so that `press check` reminds of it."""

_EXAMPLES = {
    "audiences": "audiences: [{audience}]",
    "published": "published: {tomorrow}",
    "case_number": "case_number:",
    "keywords": "keywords: [{keyword}]",
    "contacts": "contacts: [{contact}]",
    "images": """\
images:
  - file:
    alt:
    caption:
    credit:
    terms: {term}""",
    "documents": """\
documents:
  - file:
    title:""",
    "links": """\
links:
  - text:
    url:""",
    "urgent": "urgent: true",
    "responds_to": "responds_to: []",
    "corrections": """\
corrections:
  - at: {now}
    kind: correction
    text:""",
    "withdrawn": """\
withdrawn:
  at: {now}
  kind: withdrawn
  reason:""",
    "imported": """\
imported:
  at: {now}
  url:""",
    "moved_from": "moved_from: []",
    "missing": "missing: [body]",
}
"""The keys that are off from the start, as they would be written.

What must be somebody's own words is left empty, as the lead is: an example would be published some night.
"""


def new(project: Project, headline: str, *, type: str | None = None, language: str | None = None) -> Path:
    """Make a folder and a file for a release, as a draft, and answer the file.

    Nothing that exists is overwritten: a second release with the same headline gets a number. Raises Unusable if the
    headline, type or language can't be used.
    """
    masthead = project.masthead()
    headline = _clean(headline)
    if not headline:
        raise Unusable(_("The headline is empty."))
    language = _chosen(language, masthead.languages if masthead else (project.language,), _("language"))
    type = _chosen(type, tuple(masthead.types) if masthead else ("",), _("type"))
    id = "".join(secrets.choice(string.ascii_lowercase + string.digits) for character in range(ID_LENGTH))
    now = project.now.astimezone(masthead.timezone if masthead else UTC)
    folder = _make_folder(project.content / "releases" / str(now.year), slug(headline) or id)
    file = folder / f"{language}.md"
    title = json.dumps(headline, ensure_ascii=False)  # JSON's quoting is YAML's too, so a colon does no harm
    with file.open("x", encoding="utf-8") as stream:
        stream.write(manuscript(masthead, id=id, type=type, title=title, **_moments(now)))
    return file


def slug(headline: str) -> str:
    """Answer the headline as the part of an address: a–z, 0–9 and single hyphens, at most 60 characters.

    Cut between words where that leaves anything. "" if there is no letter or digit that can be written so.
    """
    plain = unicodedata.normalize("NFKD", headline.lower().translate(_NO_ACCENT))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(words) <= SLUG_LENGTH:
        return words
    cut = words[: SLUG_LENGTH + 1]
    return (cut.rpartition("-")[0] or words[:SLUG_LENGTH]).strip("-")


def manuscript(masthead: Masthead | None, **values: str) -> str:
    """Answer the text of a new release's file. Every example holds if the # is taken away and what is empty written.

    `values` are the new release's `id`, `type`, `title`, `now` and `tomorrow`, written as YAML.
    """
    values = _choices(masthead) | values
    hint = _(
        "Lines that begin with # are hints, never shown. Take away the # to use a line, and keep the spaces after it."
    )
    lines = ["---", f"# {hint}", ""]
    for key, hint in HINTS.items():
        lines.append(f"# {_(hint, **values)}")
        if key in _WRITTEN:
            lines.append(_WRITTEN[key].format(**values))
        else:
            lines += [f"#{line}" for line in _EXAMPLES[key].format(**values).splitlines()]
        lines.append("")
    return "\n".join([*lines[:-1], "---", "", ""])


def _choices(masthead: Masthead | None) -> dict[str, str]:
    """Answer what may be chosen, as newsroom.yaml lists it, and the first of each as an example."""
    kinds = ("types", "audiences", "keywords", "contacts", "terms")
    slugs: dict[str, list[str]] = {kind: list(getattr(masthead, kind, ())) for kind in kinds}
    listed = {kind: ", ".join(slugs[kind]) or "–" for kind in kinds}
    firsts = {kind.removesuffix("s"): (slugs[kind] or [""])[0] for kind in kinds}
    return listed | firsts


def _clean(headline: str) -> str:
    """Answer the headline on one line, without invisible characters (which the reading refuses)."""
    visible = "".join(c for c in headline if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(visible.split())


def _chosen(wanted: str | None, choices: Sequence[str], what: str) -> str:
    if wanted is None:
        return choices[0]
    if wanted not in choices:
        listed = ", ".join(choices)
        raise Unusable(
            _("{value} can't be used as {what}. Choose among: {choices}.", value=wanted, what=what, choices=listed)
        )
    return wanted


def _make_folder(year: Path, slug: str) -> Path:
    for number in itertools.count(1):
        folder = year / (slug if number == 1 else f"{slug}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise AssertionError("there is always a next number")


def _moments(now: datetime) -> dict[str, str]:
    """Answer now and nine o'clock tomorrow by the agency's clock, with the offsets from UTC that hold then."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(9), now.tzinfo)
    return {"now": now.replace(second=0, microsecond=0).isoformat(), "tomorrow": tomorrow.isoformat()}
