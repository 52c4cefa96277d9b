"""The sitemap (sitemaps.org): one file per year of releases, one for all other pages, and an index of them.

A new release touches its year's file and the other pages', never an older year's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from xml.etree import ElementTree as ET

from plugins.edition.stage import Stage
from plugins.newsroom import Assignment, Bundle, Input, Newsroom, Output, Page, Release, fingerprint
from plugins.pages.subjects import Subjects

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
XHTML = "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One page: its whole address, its last true change (ISO 8601 with offset; None = nothing in the content says),
    its versions as (language, address) with itself among them, or none, and the pictures on it.
    """

    address: str
    changed: str | None
    versions: tuple[tuple[str, str], ...] = ()
    images: tuple[str, ...] = ()


def outputs(stage: Stage) -> Iterator[Output | Bundle]:
    newsroom = stage.newsroom
    files = {}
    for year, releases in sorted(newsroom.by_year.items()):
        files[_file(year)] = _changed(newsroom, releases)
        yield stage.bundle(f"sitemap of {year}", releases, partial(_of_year, newsroom, year))
    texts: tuple[Assignment | Page, ...] = (*newsroom.assignments, *newsroom.pages)
    files["sitemap-pages.xml"] = _latest(newsroom, map(_touched, texts))
    used = (word for topic in sorted(newsroom.listed_under(newsroom.language)) for word in topic)
    yield stage.bundle("sitemap of other pages", (), partial(_of_pages, newsroom), *used)
    index = tuple(Entry(address=newsroom.site.absolute(path), changed=changed) for path, changed in files.items())
    yield Output(path="sitemap.xml", inputs=(_input("sitemap.xml", index),), render=partial(sitemap_index, index))


def _of_year(newsroom: Newsroom, year: int) -> Iterator[Output]:
    yield _sitemap(_file(year), year_entries(newsroom, year))


def _of_pages(newsroom: Newsroom) -> Iterator[Output]:
    yield _sitemap("sitemap-pages.xml", page_entries(newsroom))


def _sitemap(path: str, entries: tuple[Entry, ...]) -> Output:
    return Output(path=path, inputs=(_input(path, entries),), render=partial(sitemap, entries))


def _file(year: int) -> str:
    return f"sitemap-{year}.xml"


def year_entries(newsroom: Newsroom, year: int) -> tuple[Entry, ...]:
    """Answer a year's releases in every language, newest first, and its archive pages."""
    releases = newsroom.by_year[year]
    changed = _changed(newsroom, releases)
    archives = _in_every_language(newsroom, {x: newsroom.addresses.year(x, year) for x in newsroom.languages}, changed)
    return (*(_release(newsroom, release) for release in releases), *archives)


def page_entries(newsroom: Newsroom) -> tuple[Entry, ...]:
    """Answer every other page that a reader can come to, from the front page to the standing texts."""
    addresses = newsroom.addresses
    # A list changes with every release that it holds. Its entry tells of no time, or this file would change with each.
    sections = ["releases", "archive", "keywords", "contact", "images", "follow"]
    sections += ["assignments"] if newsroom.assignments else []
    entries = _in_every_language(newsroom, {x: addresses.home(x) for x in newsroom.languages}, None)
    for key in sections:
        entries += _in_every_language(newsroom, {x: addresses.section(x, key) for x in newsroom.languages}, None)
    entries += _topics(newsroom)
    entries += [_text(newsroom, assignment) for assignment in newsroom.assignments]
    entries += [_text(newsroom, page) for page in sorted(newsroom.pages, key=lambda page: page.address)]
    # a section may have a standing text of its own, which knows better when it was changed
    return tuple({entry.address: entry for entry in entries}.values())


def sitemap(entries: Iterable[Entry]) -> bytes:
    """Answer a sitemap with hreflang alternates and Google's image extension."""
    root = ET.Element("urlset", {"xmlns": SITEMAP, "xmlns:image": IMAGE, "xmlns:xhtml": XHTML})
    for entry in entries:
        url = _located(root, "url", entry)
        for language, address in entry.versions:
            ET.SubElement(url, "xhtml:link", {"rel": "alternate", "hreflang": language, "href": address})
        for image in entry.images:
            ET.SubElement(ET.SubElement(url, "image:image"), "image:loc").text = image
    return _xml(root)


def sitemap_index(files: Iterable[Entry]) -> bytes:
    """Answer the index that names the other files."""
    root = ET.Element("sitemapindex", {"xmlns": SITEMAP})
    for file in files:
        _located(root, "sitemap", file)
    return _xml(root)


def _located(root: ET.Element, tag: str, entry: Entry) -> ET.Element:
    element = ET.SubElement(root, tag)
    ET.SubElement(element, "loc").text = entry.address
    if entry.changed:
        ET.SubElement(element, "lastmod").text = entry.changed
    return element


def _xml(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _release(newsroom: Newsroom, release: Release) -> Entry:
    shown = () if release.withdrawn else release.images
    images = tuple(newsroom.site.absolute(image.web.address) for image in shown)
    return _text(newsroom, release, images)


def _text(newsroom: Newsroom, text: Release | Assignment | Page, images: tuple[str, ...] = ()) -> Entry:
    own = (text.language, text.address)
    others = ((version.language, version.address) for version in text.versions)
    versions = [(x, newsroom.site.absolute(address)) for x, address in sorted((own, *others))]
    return Entry(
        address=newsroom.site.absolute(text.address),
        changed=newsroom.local(_touched(text)).isoformat(),
        versions=tuple(versions) if text.versions else (),
        images=images,
    )


def _topics(newsroom: Newsroom) -> Iterator[Entry]:
    subjects = Subjects(newsroom, newsroom.language)
    for subject in subjects:
        address_in = getattr(newsroom.addresses, subject.kind)
        pages = {language: address_in(language, subject.slug) for language in newsroom.languages}
        yield from _in_every_language(newsroom, pages, None)


def _in_every_language(newsroom: Newsroom, pages: dict[str, str], changed: str | None) -> list[Entry]:
    """Answer one entry per language of a page that exists in them all; `pages` maps language to address."""
    whole = {language: newsroom.site.absolute(address) for language, address in pages.items()}
    versions = tuple(sorted(whole.items())) if len(whole) > 1 else ()
    return [Entry(address=address, changed=changed, versions=versions) for address in whole.values()]


def _changed(newsroom: Newsroom, releases: Sequence[Release]) -> str | None:
    """Answer the last true change of releases that come newest first: of the first, or of one changed afterwards."""
    changed = [release for release in releases if release.corrections or release.withdrawn]
    return _latest(newsroom, (release.updated for release in (*releases[:1], *changed)))


def _touched(text: Release | Assignment | Page) -> datetime:
    """Answer when the text was last changed, as far as its source says."""
    return text.published if isinstance(text, Page) else text.updated


def _latest(newsroom: Newsroom, moments: Iterable[datetime]) -> str | None:
    latest = max(moments, default=None)
    return newsroom.local(latest).isoformat() if latest else None


def _input(path: str, entries: tuple[Entry, ...]) -> Input:
    return Input(path, fingerprint(repr(entries)))
