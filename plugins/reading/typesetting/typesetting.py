"""From a source to its manuscript, and from that to the body in type."""

from dataclasses import replace

from plugins.newsroom import Document, Fault, Faults, Image, Text
from plugins.newsroom.keeping import digest
from plugins.reading import selection
from plugins.reading.manuscripts import frontmatter
from plugins.reading.manuscripts.manuscript import Manuscript
from plugins.reading.selection import Source
from plugins.reading.surroundings import Surroundings
from plugins.reading.typesetting import bodies


def manuscript(source: Source, around: Surroundings) -> Manuscript:
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
    around.read[source.file.parent][source.file.name] = digest(data)
    taken_apart = frontmatter.read(data, source.path)
    if not selection.is_as_selected(source, taken_apart.front.get("published")):
        raise Faults([Fault.at(source.path, taken_apart.line(("published",)), selection.NOT_PLAIN)])
    return taken_apart


def body(
    manuscript: Manuscript,
    around: Surroundings,
    images: tuple[Image, ...] = (),
    documents: tuple[Document, ...] = (),
    listed: frozenset[str] = frozenset(),
) -> str:
    """Render and store the body; answer its digest. Raises Faults.

    `listed` are the files that the front matter names, also those that can't be used: that is told there.
    """
    links = replace(around.links, images=images, documents=documents, listed=listed)
    key = around.galleys.key(manuscript, links)
    found = around.galleys.find(key, manuscript.source, links.texts)
    if found is not None:
        return around.bodies.keep(*found)
    rendered = bodies.render(manuscript, links, around.markdown)
    return around.bodies.keep(around.galleys.keep(key, manuscript.source, rendered), rendered)


def body_again(text: Text, around: Surroundings) -> str:
    """Answer the body of a text that has been read, rendered once more. Raises Faults."""
    manuscript = frontmatter.read((around.content / text.source).read_bytes(), text.source)
    pictures: tuple[Image, ...] = getattr(text, "images", ())
    papers: tuple[Document, ...] = getattr(text, "documents", ())
    listed = frozenset(picture.file for picture in pictures) | {paper.file for paper in papers}
    links = replace(around.links, images=pictures, documents=papers, listed=listed)
    return bodies.render(manuscript, links, around.markdown).html
