"""What the reader of a feed reads: the whole text of a release or assignment as HTML that stands on its own."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import urljoin

from babel.numbers import format_decimal
from markupsafe import Markup, escape

from plugins.feeds.words import words
from plugins.newsroom import (
    Assignment,
    Bodies,
    CorrectionKind,
    Document,
    File,
    Image,
    Newsroom,
    Release,
    Thread,
    WithdrawalKind,
    dates,
)

_WORDS = r"[ \n](?=[<&]|\Z)|[ \t\r\n\f]*+[^<>& \t\r\n\f][^<>&]*+|&(?:amp|lt|gt);"
_PLAIN = re.compile(rf'(?:{_WORDS}|</?(?!br|hr|img)[a-z0-9]++>|<a href="(?:[^"<>&]++|&amp;)*">)*')
"""HTML as the sanitiser writes it, with no attributes but the addresses of links, and nothing that is written otherwise
in XML: most texts are such, and a parser takes twenty times as long to come to the same.
"""
_LINK = re.compile(r'<a href="([^"]*)">')
_ADDRESSES = ("href", "src", "cite")
_CANDIDATE = re.compile(r"\s*(?P<url>\S*[^\s,])(?P<size>[^,]*),?")


class Articles:
    """Writes texts out for feeds."""

    def __init__(self, newsroom: Newsroom, bodies: Bodies) -> None:
        self.newsroom = newsroom
        self._bodies = bodies

    def html(self, release: Release) -> str:
        """Answer the whole text with absolute links; of a withdrawn release only why, and what to read instead."""
        return "\n".join(self._parts(release))

    def thread(self, thread: Thread) -> str:
        """Answer what answers to an assignment, and then the assignment with its corrections, with absolute links."""
        assignment = thread.assignment
        return "\n".join((*self._answers(thread), *self._corrections(assignment), *self._decision(assignment)))

    def decision(self, assignment: Assignment) -> str:
        """Answer who decided on an assignment and when, and by when it shall be answered."""
        _, language = words(assignment.language).gettext, assignment.language
        decided = _("Decided by {issuer}.").format(issuer=assignment.issuer)
        if assignment.decision_date:
            day = dates.day(assignment.decision_date, language)
            decided = _("Decided by {issuer} on {date}.").format(issuer=assignment.issuer, date=day)
        latest = _("{action}: {date} at the latest.")
        days = (latest.format(action=d.action, date=dates.day(d.date, language)) for d in assignment.deadlines)
        return " ".join((decided, *days))

    def withdrawal(self, release: Release) -> str:
        """Answer the sentence that tells of a withdrawal. Raises ValueError if the release stands."""
        if release.withdrawn is None:
            raise ValueError(f"{release.source} is not withdrawn")
        _ = words(release.language).gettext
        sentence = {
            WithdrawalKind.WITHDRAWN: _("Withdrawn {date}: {reason}"),
            WithdrawalKind.IN_ERROR: _("Published in error, withdrawn {date}: {reason}"),
            WithdrawalKind.REPLACED: _("Replaced {date}: {reason}"),
        }[release.withdrawn.kind]
        return sentence.format(
            date=self._day(release.withdrawn.at, release.language), reason=release.withdrawn.reason
        )

    def replacement(self, release: Release) -> Release | None:
        """Answer what to read instead of a withdrawn release, in its language if possible; None = nothing public."""
        if release.withdrawn is None or release.withdrawn.by is None:
            return None
        by = release.withdrawn.by
        return next((r for r in self.newsroom.listed(release.language) if r.id == by), None)

    def title(self, release: Release) -> str:
        """Answer the headline; of a withdrawn release it says so."""
        if release.withdrawn is None:
            return release.title
        return words(release.language).gettext("Withdrawn: {title}").format(title=release.title)

    def _parts(self, release: Release) -> Iterator[Markup]:
        if release.withdrawn:
            yield Markup("<p>{}</p>").format(self.withdrawal(release))
            yield from self._instead(release)
            return
        _ = words(release.language).gettext
        yield from self._about_translation(release)
        yield from self._corrections(release)
        yield Markup("<p><strong>{}</strong></p>").format(release.lead)
        if "body" in release.missing:
            yield Markup("<p><em>{}</em></p>").format(_("The rest of the text is missing in the source."))
        body = self._bodies.html(release)
        if body:
            yield self._absolute(body, release.address)
        yield from self._images(release, body)
        yield from self._documents(release.documents, release.language)
        yield from self._links(release)
        if release.case_number:
            yield Markup("<p>{}</p>").format(_("Case number: {number}").format(number=release.case_number))

    def _answers(self, thread: Thread) -> Iterator[Markup]:
        language = thread.assignment.language
        answered = escape(words(language).gettext("Answered {date}: {link}"))
        for answer in thread.answers:
            link, day = self._link(answer.address, self.title(answer)), self._day(answer.published, language)
            yield Markup("<p><em>{}</em></p>").format(answered.format(date=day, link=link))

    def _decision(self, assignment: Assignment) -> Iterator[Markup]:
        language = assignment.language
        _ = words(language).gettext
        yield Markup("<p><strong>{}</strong></p>").format(self.decision(assignment))
        for paragraph in assignment.operative:
            yield Markup("<p>{}</p>").format(paragraph)
        if assignment.tasks:
            tasks = Markup("").join(Markup("<li>{}</li>").format(task.text) for task in assignment.tasks)
            yield Markup("<ol>{}</ol>").format(tasks)
        if body := self._bodies.html(assignment):
            if not body.startswith("<h"):  # most sources have a heading of their own
                yield Markup("<h2>{}</h2>").format(_("Background"))
            yield self._absolute(body, assignment.address)
        yield from self._documents(assignment.documents, language)
        if assignment.case_number:
            yield Markup("<p>{}</p>").format(_("Case number: {number}").format(number=assignment.case_number))

    def _instead(self, release: Release) -> Iterator[Markup]:
        replacement = self.replacement(release)
        if replacement:
            told = escape(words(release.language).gettext("Read instead: {link}"))
            yield Markup("<p>{}</p>").format(told.format(link=self._link(replacement.address, replacement.title)))

    def _about_translation(self, release: Release) -> Iterator[Markup]:
        _ = words(release.language).gettext
        if not release.official:
            yield Markup("<p><em>{}</em></p>").format(_("This is an unofficial translation."))
        if release.is_behind:
            yield Markup("<p><em>{}</em></p>").format(_("The translation is of an earlier version of the text."))
        if release.is_translation and (not release.official or release.is_behind):
            for version in release.versions:
                if version.language == release.original_language:
                    link = self._link(version.address, version.title)
                    yield Markup("<p>{}</p>").format(escape(_("Original: {link}")).format(link=link))

    def _corrections(self, text: Release | Assignment) -> Iterator[Markup]:
        _ = words(text.language).gettext
        sentences = {
            CorrectionKind.CORRECTION: _("Correction {date}: {text}"),
            CorrectionKind.CLARIFICATION: _("Clarification {date}: {text}"),
        }
        for correction in text.told:
            day = self._day(correction.at, text.language)
            sentence = sentences[correction.kind].format(date=day, text=correction.text)
            yield Markup("<p><em>{}</em></p>").format(sentence)

    def _images(self, release: Release, body: str) -> Iterator[Markup]:
        for image in release.images:
            caption = Markup("<br/>").join(self._caption(image, release.language))
            if any(self.newsroom.site.href(rendition.address) in body for rendition in image.renditions):
                yield Markup("<p>{}</p>").format(caption)  # the picture itself stands in the body
            else:
                figure = Markup("<figure>{}<figcaption>{}</figcaption></figure>")
                yield figure.format(self._picture(image), caption)

    def _picture(self, image: Image) -> Markup:
        return Markup('<img src="{}" alt="{}" width="{}" height="{}"/>').format(
            self._url(image.web.address), image.alt, image.web.width, image.web.height
        )

    def _caption(self, image: Image, language: str) -> Iterator[str]:
        _ = words(language).gettext
        if image.caption:
            yield image.caption
        yield _("Image: {credit}").format(credit=image.credit)
        text = image.terms.text[language]
        yield self._anchor(image.terms.url, text) if image.terms.url else text
        size = f"{image.original.width} × {image.original.height}, {self._size(image.original, language)}"
        yield self._link(image.original.address, _("Download the picture ({size})").format(size=size))

    def _documents(self, documents: Iterable[Document], language: str) -> Iterator[Markup]:
        if documents:
            yield Markup("<h2>{}</h2>").format(words(language).gettext("Documents"))
            yield self._list(
                Markup("{} ({})").format(
                    self._link(document.download.address, document.title), self._size(document.download, language)
                )
                for document in documents
            )

    def _links(self, release: Release) -> Iterator[Markup]:
        if release.links:
            yield Markup("<h2>{}</h2>").format(words(release.language).gettext("Links"))
            yield self._list(self._anchor(link.url, link.text) for link in release.links)

    def _list(self, items: Iterator[Markup]) -> Markup:
        return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(item) for item in items))

    def _link(self, address: str, text: str) -> Markup:
        return self._anchor(self._url(address), text)

    def _anchor(self, url: str, text: str) -> Markup:
        return Markup('<a href="{}">{}</a>').format(url, text)

    def _url(self, address: str) -> str:
        return self.newsroom.site.absolute(address)

    def _day(self, moment: datetime, language: str) -> str:
        return dates.day(self.newsroom.local(moment), language)

    def _size(self, file: File, language: str) -> str:
        kind = file.address.rpartition(".")[2].upper()
        if file.bytes < 1_000_000:
            return f"{kind}, {max(1, round(file.bytes / 1000))} kB"
        return f"{kind}, {format_decimal(file.bytes / 1_000_000, '0.0', dates.locale(language))} MB"

    def _absolute(self, body: str, address: str) -> Markup:
        return Markup(absolute(body, self._url(address)))  # noqa: S704 (bodies are sanitised)


def absolute(html: str, base: str) -> str:
    """Answer the HTML with all its addresses absolute, as seen from the page at `base`.

    A feed is read far from its page: readers disagree on what relative addresses, and even fragments, start from.
    For sanitised HTML.
    """
    if _PLAIN.fullmatch(html):
        return _LINK.sub(lambda link: f'<a href="{_joined(base, link[1])}">', html)
    return rewritten(html, base)


def rewritten(html: str, base: str) -> str:
    """Answer the same of any HTML, as XML writes it."""
    from bs4 import BeautifulSoup  # noqa: PLC0415 - slow to import, and seldom needed

    soup = BeautifulSoup(html, "html.parser")
    for element in soup.find_all(True):
        for name in _ADDRESSES:
            if name in element.attrs:
                element[name] = urljoin(base, str(element[name]))
        if "srcset" in element.attrs:
            element["srcset"] = ", ".join(_candidates(str(element["srcset"]), base))
    return str(soup)


def _joined(base: str, written: str) -> str:
    """Answer an address, as it is written in an attribute, from the page at `base`."""
    return urljoin(base, written.replace("&amp;", "&")).replace("&", "&amp;")


def _candidates(srcset: str, base: str) -> Iterator[str]:
    """Answer each candidate of a `srcset` (HTML, section 4.8.4.2.1: addresses hold no white space)."""
    for candidate in _CANDIDATE.finditer(srcset):
        yield urljoin(base, candidate["url"]) + candidate["size"].rstrip()
