"""Small content folders, written by tests: releases with pictures, links, keywords and translations."""

import shutil
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.building import SAMPLE

KEYWORDS = ["alfa", "beta", "gamma"]


def picture(colour: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (60, 40), colour).save(buffer, "PNG")
    return buffer.getvalue()


PICTURES = {colour: picture(colour) for colour in ("teal", "navy")}


@dataclass(frozen=True)
class Text:
    """A text to be written into a content folder. `published` is a front matter value, or None for a draft."""

    slug: str
    id: str
    published: str | None
    keywords: tuple[str, ...]
    picture: str | None
    translated: bool
    linked: str | None
    word: str

    def write(self, content: Path) -> None:
        folder = content / "releases" / (self.published or "2026")[:4] / self.slug
        folder.mkdir(parents=True)
        lines = [f"id: {self.id}", "type: pressmeddelande", f"title: Om {self.word}", f"lead: Ingress om {self.word}."]
        lines += [f"keywords: [{', '.join(self.keywords)}]"] if self.keywords else []
        lines += [f"published: {self.published}"] if self.published else []
        body = f"Brödtext om {self.word}."
        if self.picture:
            (folder / f"{self.word}.png").write_bytes(PICTURES[self.picture])
            words = f"alt: Bild av {self.word}, credit: {self.word}, terms: fri"
            lines.append(f"images: [{{file: {self.word}.png, {words}}}]")
            body += f"\n\n![]({self.word}.png)"
        if self.linked:
            body += f"\n\n[Mer](../../{self.linked}/sv.md)"
        (folder / "sv.md").write_text("---\n" + "\n".join(lines) + f"\n---\n{body}\n", encoding="utf-8")
        if self.translated:
            self.translate(folder)

    def translate(self, folder: Path, published: str | None = None) -> None:
        lines = [f"title: About {self.word}", f"lead: Lead about {self.word}.", "of_revision: 1"]
        lines += [f"published: {published}"] if published else []
        text = "---\n" + "\n".join(lines) + f"\n---\nBody about {self.word}.\n"
        (folder / "en.md").write_text(text, encoding="utf-8")


def content_of(root: Path, texts) -> Path:
    content = root / "content"
    shutil.rmtree(content, ignore_errors=True)
    shutil.copytree(SAMPLE / "faulty/base", content)
    shutil.rmtree(content / "releases")
    yaml = content / "newsroom.yaml"
    keywords = "".join(f"  {k}: {{name: {{sv: Nyckelord {k}, en: Keyword {k}}}}}\n" for k in KEYWORDS)
    yaml.write_text(yaml.read_text(encoding="utf-8").replace("keywords:\n", "keywords:\n" + keywords), encoding="utf-8")
    for text in texts:
        text.write(content)
    return content
