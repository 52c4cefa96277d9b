"""What a text stands among while it is read: the newsroom's lists, the other texts, and where files end up."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from plugins.media.darkroom import Darkroom
from plugins.media.unusable import UnusableFile
from plugins.newsroom import Document, Fault, Faults, Image, LanguageVersion, Link, Text
from plugins.newsroom.keeping import digest
from plugins.reading import bodies, frontmatter, selection
from plugins.reading.body import Links
from plugins.reading.galleys import Galleys
from plugins.reading.manuscript import Manuscript
from plugins.reading.manuscript import Path as Keys
from plugins.reading.masthead import Masthead, choices
from plugins.reading.schema import DocumentShape, ImageShape, LinkShape
from plugins.reading.selection import Selected, Source, usable
from plugins.reading.stored import StoredBodies

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Everything outside a text that its nouns are made with. `now` is the moment that the reading is for."""

    content: Path
    masthead: Masthead
    darkroom: Darkroom
    bodies: StoredBodies
    galleys: Galleys
    links: Links
    markdown: Mapping[str, Any]
    now: datetime
    preview: bool
    read: defaultdict[Path, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """The digests of the bytes that were read, by folder and name."""

    def manuscript(self, source: Source) -> Manuscript:
        """Answer the source taken apart. Raises Faults."""
        try:
            data = source.file.read_bytes() if source.file.stat().st_size <= frontmatter.MARKDOWN_LIMIT else None
        except OSError as error:
            message = "the file can't be opened ({why})"
            raise Faults([Fault.at(source.path, 0, message, why=error.strerror or "?")]) from None
        if data is None:
            size = f"{source.file.stat().st_size / 1e6:.0f}"
            message = "the file is {size} MB; a text may be 1 MB at most"
            raise Faults([Fault.at(source.path, 0, message, size=size)])
        self.read[source.file.parent][source.file.name] = digest(data)
        manuscript = frontmatter.read(data, source.path)
        if not selection.is_as_selected(source, manuscript.front.get("published")):
            raise Faults([Fault.at(source.path, manuscript.line(("published",)), selection.NOT_PLAIN)])
        return manuscript

    def digests(self, folder: Path) -> dict[str, str]:
        """Answer the digests of the bytes that were read in a folder, by the names of its files."""
        return {**self.read[folder], **self.darkroom.read[folder]}

    def moment(self, at: datetime) -> datetime:
        """Answer the moment with the offset that the agency's clock has then."""
        return at.astimezone(self.masthead.timezone)

    def body(
        self,
        manuscript: Manuscript,
        images: tuple[Image, ...] = (),
        documents: tuple[Document, ...] = (),
        listed: frozenset[str] = frozenset(),
    ) -> str:
        """Render and store the body; answer its digest. Raises Faults.

        `listed` are the files that the front matter names, also those that can't be used: that is told there.
        """
        links = replace(self.links, images=images, documents=documents, listed=listed)
        key = self.galleys.key(manuscript, links)
        found = self.galleys.find(key, manuscript.source, links.texts)
        if found is not None:
            return self.bodies.keep(*found)
        body = bodies.render(manuscript, links, self.markdown)
        return self.bodies.keep(self.galleys.keep(key, manuscript.source, body), body)

    def body_again(self, text: Text) -> str:
        """Answer the body of a text that has been read, rendered once more. Raises Faults."""
        manuscript = frontmatter.read((self.content / text.source).read_bytes(), text.source)
        pictures: tuple[Image, ...] = getattr(text, "images", ())
        papers: tuple[Document, ...] = getattr(text, "documents", ())
        listed = frozenset(picture.file for picture in pictures) | {paper.file for paper in papers}
        links = replace(self.links, images=pictures, documents=papers, listed=listed)
        return bodies.render(manuscript, links, self.markdown).html


class Notes:
    """Collects the faults of one text, so that all are told and not only the first."""

    def __init__(self, manuscript: Manuscript, language: str) -> None:
        self.manuscript = manuscript
        self.language = language
        self.faults: list[Fault] = []

    def fault(self, path: Keys, message: str, **values: object) -> None:
        self.faults.append(Fault.at(self.manuscript.source, self.manuscript.line(path), message, **values))

    def attempt(self, action: Callable[[], T], otherwise: T) -> T:
        """Answer what the action answers, or note its faults and answer `otherwise`."""
        try:
            return action()
        except Faults as found:
            self.faults += found.faults
            return otherwise

    def listed(self, key: str, slugs: Iterable[str], known: Mapping[str, T]) -> tuple[T, ...]:
        """Answer what newsroom.yaml lists under the slugs; note those it doesn't list, and repetitions."""
        found: dict[str, T] = {}
        for index, slug in enumerate(slugs):
            if slug in found:
                self.fault((key, index), "{slug} stands here twice", slug=slug)
            elif slug in known:
                found[slug] = known[slug]
            else:
                self.not_listed((key, index), slug, "types" if key == "type" else key, known)
        return tuple(found.values())

    def not_listed(self, path: Keys, slug: str, key: str, known: Iterable[str]) -> None:
        """Note that newsroom.yaml doesn't list the slug, and what it does list."""
        message = "{slug} is not listed under {key} in newsroom.yaml; choose among: {choices}"
        self.fault(path, message, slug=slug, key=key, choices=choices(slug, known))

    def check_language(self, masthead: Masthead) -> None:
        """Note that the text is in a language that the newsroom doesn't have."""
        known = masthead.languages
        if self.language not in known:
            message = "{language} is not among the newsroom's languages: {languages}"
            self.fault((), message, language=self.language, languages=", ".join(known))

    def check_clock(self, path: Keys, at: datetime | None, around: Surroundings) -> None:
        """Note a time with another offset than the agency's clock has then, such as summer time in November.

        It would become public an hour early or late. A time in UTC says so itself, and is right.
        """
        if at is None or not at.utcoffset() or at.utcoffset() == around.moment(at).utcoffset():
            return
        message = "{key} has another offset from UTC than the clock in {timezone} has that day; write {right}"
        right = at.replace(tzinfo=around.masthead.timezone).isoformat()
        self.fault(path, message, key=path[-1], timezone=around.masthead.timezone.key, right=right)

    def raise_if_any(self) -> None:
        if self.faults:
            raise Faults(self.faults)


def images(
    given: Iterable[ImageShape], selected: Selected, address: str, around: Surroundings, notes: Notes
) -> tuple[Image, ...]:
    """Develop the pictures of a text; note those that are missing, can't be read or have unknown terms."""
    developed: dict[str, Image] = {}
    for index, shape in enumerate(given):
        terms = around.masthead.terms.get(shape.terms)
        if terms is None:
            notes.not_listed(("images", index, "terms"), shape.terms, "terms", around.masthead.terms)
            continue
        if shape.file in developed:
            notes.fault(("images", index, "file"), "{slug} stands here twice", slug=shape.file)
            continue
        try:
            developed[shape.file] = around.darkroom.develop(
                usable(around.content, selected.source.file.parent / shape.file),
                address=address,
                language=selected.source.language,
                alt=shape.alt,
                caption=shape.caption,
                credit=shape.credit,
                terms=terms,
            )
        except UnusableFile as error:
            notes.fault(("images", index, "file"), str(error), file=shape.file)
    return tuple(developed.values())


def documents(
    given: Iterable[DocumentShape], selected: Selected, address: str, around: Surroundings, notes: Notes
) -> tuple[Document, ...]:
    """Attach the documents of a text; note those that are missing or can't be used."""
    attached: dict[str, Document] = {}
    for index, shape in enumerate(given):
        if shape.file in attached:
            notes.fault(("documents", index, "file"), "{slug} stands here twice", slug=shape.file)
            continue
        try:
            file = usable(around.content, selected.source.file.parent / shape.file)
            attached[shape.file] = around.darkroom.attach(file, address=address, title=shape.title)
        except UnusableFile as error:
            notes.fault(("documents", index, "file"), str(error), file=shape.file)
    return tuple(attached.values())


def versions(texts: Iterable[Any], language: str) -> tuple[LanguageVersion, ...]:
    """Answer where the same text stands in the other languages."""
    return tuple(
        LanguageVersion(language=text.language, address=text.address, title=text.title)
        for text in texts
        if text.language != language
    )


def links(given: Iterable[LinkShape]) -> tuple[Link, ...]:
    """Answer the links of a front matter as nouns."""
    return tuple(Link(text=link.text, url=link.url) for link in given)


def old_addresses(given: Iterable[str]) -> tuple[str, ...]:
    """Answer addresses as the press room writes them: without the first slash."""
    return tuple(address.lstrip("/") for address in given)
