"""A press room of any size for measuring: deterministic Swedish releases such as an agency writes in fifteen years."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image

NOW = datetime(2031, 1, 1, tzinfo=UTC)
YEARS = 15
KEYWORDS = 400

SUBJECTS = (
    "Myndigheten, Regeringen, Utredningen, Rapporten, Kartläggningen, Tillsynen, Patienten, Vården, Apoteket, Företaget, "
    "Kommissionen, Regionen, Föreskriften, Beslutet, Analysen, Laboratoriet, Tillverkaren, Forskningen, Inspektionen, "
    "Remissen, Handläggaren, Allmänheten, Veterinären, Importören, Distributören, Kommittén, Expertgruppen, Registret"
).split(", ")
VERBS = (
    "visar, bedömer, föreslår, bekräftar, begränsar, undersöker, rapporterar, omfattar, påverkar, förbättrar, kräver, "
    "granskar, stärker, beskriver, publicerar, avslår, godkänner, prövar, samordnar, följer upp, varnar för, avråder från"
).split(", ")
OBJECTS = (
    "säkerheten för läkemedel, tillgången till vård, reglerna för tillverkning, kvaliteten i produktionen, riskerna vid "
    "behandling, kliniska prövningar, medicintekniska produkter, uppföljningen av biverkningar, villkoren för försäljning, "
    "handeln på nätet, den nationella beredskapen, samverkan mellan myndigheter, användningen av antibiotika, dokumentationen, "
    "hälso- och sjukvårdens behov, djurens hälsa, avgifterna för tillsyn, märkningen av förpackningar, konsumenternas skydd"
).split(", ")
ENDINGS = (
    "under det senaste året, i hela landet, enligt den nya förordningen, med stöd av aktuell forskning, efter samråd med "
    "branschen, inom ramen för uppdraget, i enlighet med EU-rätten, på kort och lång sikt, särskilt för äldre patienter, "
    "från och med nästa årsskifte, trots ökade kostnader, i dialog med regionerna, utifrån inkomna anmälningar"
).split(", ")
KEYWORD_STEMS = (
    "läkemedel, vård, tillsyn, klinik, antibiotika, diabetes, cancer, vaccin, apotek, märkning, import, export, beredskap, "
    "kvalitet, forskning, säkerhet, hud, hjärta, blod, gen, cell, barn, äldre, djur, kosmetik, tatuering, export, avgift, "
    "föreskrift, remiss"
).split(", ")


@dataclass(frozen=True, slots=True)
class Example:
    """One release of the corpus. `number` says which; everything else follows from it."""

    number: int
    published: datetime
    keywords: tuple[str, ...]
    has_translation: bool
    has_image: bool

    @property
    def slug(self) -> str:
        return f"meddelande-{self.number:06d}"

    @property
    def id(self) -> str:
        digits = "abcdefghijklmnopqrstuvwxyz0123456789"
        left, text = self.number, ""
        for _ in range(8):
            left, digit = divmod(left, 36)
            text += digits[digit]
        return text

    def headline(self) -> str:
        return _sentence(random.Random(f"headline {self.number}")).removesuffix(".")  # noqa: S311 - not for secrets

    def lead(self) -> str:
        rng = random.Random(f"lead {self.number}")  # noqa: S311
        return " ".join(_sentence(rng) for _ in range(3))

    def body(self) -> str:
        """Answer 300 to 900 words in Markdown: paragraphs, subheadings, lists, emphasis and a link."""
        rng = random.Random(f"body {self.number}")  # noqa: S311
        wanted, words, blocks = rng.randint(300, 900), 0, []
        while words < wanted:
            kind = rng.random()
            if kind < 0.12 and blocks:
                blocks.append(f"## {_sentence(rng).removesuffix('.')}")
            elif kind < 0.25:
                blocks.append("\n".join(f"- {_sentence(rng)}" for _ in range(rng.randint(3, 6))))
            else:
                sentences = [_sentence(rng) for _ in range(rng.randint(3, 6))]
                if kind > 0.9:
                    sentences[0] = f"**{sentences[0]}**"
                if kind > 0.95:
                    sentences.append("Läs mer på [vår webbplats](https://www.example.org/mer).")
                blocks.append(" ".join(sentences))
            words += len(blocks[-1].split())
        return "\n\n".join(blocks) + "\n"


def examples(count: int) -> Iterator[Example]:
    """Answer the releases, the oldest first; with a larger count the earlier ones are other releases."""
    rng = random.Random(20310101)  # noqa: S311
    weights = list(itertools.accumulate(1 / rank for rank in range(1, KEYWORDS + 1)))
    slugs = list(keyword_names())
    step = timedelta(days=365.25 * YEARS) / count
    for number in range(count):
        chosen = rng.choices(slugs, cum_weights=weights, k=rng.randint(3, 7))
        published = NOW - timedelta(days=365.25 * YEARS) + number * step
        yield Example(
            number=number,
            published=published.replace(microsecond=0),
            keywords=tuple(dict.fromkeys(chosen)),
            has_translation=rng.random() < 0.1,
            has_image=rng.random() < 0.02,
        )


def next_example(count: int) -> Example:
    """Answer one more release than a corpus of that size has: Swedish, five keywords, no image."""
    return Example(count, NOW - timedelta(minutes=1), tuple(keyword_names())[3:8], False, False)


@cache
def keyword_names() -> dict[str, str]:
    """Answer slug → name of the keywords, the most used first."""
    names = {}
    for number in range(KEYWORDS):
        stem = KEYWORD_STEMS[number % len(KEYWORD_STEMS)]
        slug = stem.replace("å", "a").replace("ä", "a").replace("ö", "o")
        names[f"{slug}-{number}"] = f"{stem.capitalize()} {number}"
    return names


def write(content: Path, count: int) -> None:
    """Write a content folder with that many releases."""
    content.mkdir(parents=True)
    (content / "newsroom.yaml").write_text(_newsroom_yaml(), encoding="utf-8")
    for example in examples(count):
        write_one(content, example)


def write_one(content: Path, example: Example) -> None:
    folder = content / "releases" / str(_local_year(example.published)) / example.slug
    folder.mkdir(parents=True)
    image = ""
    if example.has_image:
        (folder / "bild.jpg").write_bytes(_picture(example.number % 7))
        image = "images: [{file: bild.jpg, alt: En bild, caption: Bildtext., credit: Exempel, terms: fri}]\n"
    front = (
        f"id: {example.id}\ntype: pressmeddelande\naudiences: [vard]\n"
        f"published: {example.published.isoformat()}\ntitle: {example.headline()}\nlead: {example.lead()}\n"
        f"keywords: [{', '.join(example.keywords)}]\n{image}"
    )
    (folder / "sv.md").write_text(f"---\n{front}---\n{example.body()}", encoding="utf-8")
    if example.has_translation:
        front = f"title: Release {example.number}\nlead: {example.lead()}\nof_revision: 1\n"
        (folder / "en.md").write_text(f"---\n{front}---\n{example.body()}", encoding="utf-8")


def _local_year(moment: datetime) -> int:
    return (moment + timedelta(hours=1)).year


def _sentence(rng: random.Random) -> str:
    parts = [rng.choice(words) for words in (SUBJECTS, VERBS, OBJECTS, ENDINGS)]
    return " ".join(parts) + "."


@cache
def _picture(number: int) -> bytes:
    picture = Image.linear_gradient("L").resize((1800, 1200)).rotate(number * 51).convert("RGB")
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _newsroom_yaml() -> str:
    keywords = "".join(f"  {slug}: {{name: {{sv: {name}, en: {name}}}}}\n" for slug, name in keyword_names().items())
    return f"""url: https://press.example.se
timezone: Europe/Stockholm
languages: [sv, en]
publisher:
  name: {{sv: Exempelmyndigheten, en: Example Agency}}
  url: https://www.example.se/
  tag_authority: example.se,2016
press_desk: jouren
contacts:
  jouren:
    function: {{sv: Pressjouren, en: Press desk}}
    phone: {{text: 018-12 34 56, number: "+4618123456"}}
    mail: press@example.se
keywords:
{keywords}types:
  pressmeddelande: {{name: {{sv: Pressmeddelande, en: Press release}}, plural: {{sv: Pressmeddelanden, en: Press releases}}}}
audiences:
  vard: {{name: {{sv: Vård, en: Care}}}}
terms:
  fri: {{name: {{sv: Fri, en: Free}}, text: {{sv: Får publiceras., en: May be published.}}}}
boilerplate: {{sv: Om myndigheten., en: About the agency.}}
introduction: {{sv: För journalister., en: For journalists.}}
teaser: {{sv: Besök pressrummet., en: Visit the press room.}}
subscription:
  promise: {{sv: Bara adressen behövs., en: Only the address is needed.}}
"""
