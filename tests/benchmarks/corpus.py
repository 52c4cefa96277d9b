"""A press room of any size for measuring: deterministic Swedish releases such as an agency writes in fifteen years."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image

NOW = datetime(2031, 6, 2, 10, tzinfo=UTC)
"""Not when the year turns: one more release is seldom the first of a year."""
YEARS = 15
KEYWORDS = 400

WORDS = {
    "sv": (
        "Myndigheten, Regeringen, Utredningen, Rapporten, Kartläggningen, Tillsynen, Patienten, Vården, "
        "Apoteket, Företaget, Kommissionen, Regionen, Föreskriften, Beslutet, Analysen, Laboratoriet, "
        "Tillverkaren, Forskningen, Inspektionen, Remissen, Handläggaren, Allmänheten, Veterinären, "
        "Importören, Distributören, Kommittén, Expertgruppen, Registret",
        "visar, bedömer, föreslår, bekräftar, begränsar, undersöker, rapporterar, omfattar, påverkar, "
        "förbättrar, kräver, granskar, stärker, beskriver, publicerar, avslår, godkänner, prövar, samordnar, "
        "följer upp, varnar för, avråder från",
        "säkerheten för läkemedel, tillgången till vård, reglerna för tillverkning, kvaliteten i "
        "produktionen, riskerna vid behandling, kliniska prövningar, medicintekniska produkter, uppföljningen "
        "av biverkningar, villkoren för försäljning, handeln på nätet, den nationella beredskapen, samverkan "
        "mellan myndigheter, användningen av antibiotika, hälso- och sjukvårdens behov, dokumentationen, "
        "djurens hälsa, avgifterna för tillsyn, märkningen av förpackningar, kosmetika",
        "under det senaste året, i hela landet, enligt den nya förordningen, med stöd av aktuell forskning, "
        "efter samråd med branschen, inom ramen för uppdraget, i enlighet med EU-rätten, på kort och lång "
        "sikt, särskilt för äldre patienter, från och med nästa årsskifte, trots ökade kostnader, i dialog "
        "med regionerna, utifrån inkomna anmälningar",
    ),
    "en": (
        "The agency, The government, The inquiry, The report, The survey, The supervision, The patient, The "
        "pharmacy, The company, The Commission, The regulation, The decision, The analysis, The laboratory, "
        "The manufacturer",
        "shows, assesses, proposes, confirms, limits, examines, reports, covers, affects, improves, requires, "
        "reviews, strengthens, describes, publishes, rejects, approves, coordinates, follows up, warns of, "
        "advises against",
        "the safety of medicines, access to care, the rules on manufacturing, the quality of production, "
        "clinical trials, medical devices, the reports of side effects, the terms of sale, online trade, "
        "national preparedness, animal health",
        "over the past year, across the country, under the new regulation, based on current research, after "
        "consulting the industry, within the assignment, in line with EU law, in the short and the long term, "
        "despite rising costs",
    ),
}
"""Per language: subjects, verbs, objects and endings, of which any four make a sentence."""

LINKS = {
    "sv": "Läs mer på [vår webbplats](https://www.example.org/mer).",
    "en": "Read more on [our website](https://www.example.org/more).",
}
KEYWORD_STEMS = (
    "läkemedel, vård, tillsyn, klinik, antibiotika, diabetes, cancer, vaccin, apotek, märkning, import, export, "
    "beredskap, kvalitet, forskning, säkerhet, hud, hjärta, blod, gen, cell, barn, äldre, djur, kosmetik, "
    "tatuering, remiss, avgift, föreskrift, prövning"
)


@dataclass(frozen=True, slots=True)
class Example:
    """One release of the corpus. `number` says which; everything else follows from it."""

    number: int
    published: datetime
    keywords: tuple[str, ...]
    has_translation: bool
    has_image: bool
    addition: str = ""
    """What an edit adds to the lead and to the body, in every language."""

    @property
    def languages(self) -> tuple[str, ...]:
        return ("sv", "en") if self.has_translation else ("sv",)

    @property
    def year(self) -> int:
        """Answer the year in Sweden, under which the release lies."""
        return self.published.astimezone(ZoneInfo("Europe/Stockholm")).year

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

    def headline(self, language: str = "sv") -> str:
        return _sentence(self._dice("headline"), language).removesuffix(".")

    def lead(self, language: str = "sv") -> str:
        dice = self._dice("lead")
        return " ".join([*(_sentence(dice, language) for _ in range(3)), *self._added()])

    def body(self, language: str = "sv") -> str:
        """Answer 300 to 900 words in Markdown: paragraphs, subheadings, lists, emphasis and links."""
        dice = self._dice("body")
        wanted, words = dice.randint(300, 830), 0
        blocks: list[str] = []
        while words < wanted:
            blocks.append(_block(dice, language, first=not blocks))
            words += len(blocks[-1].split())
        return "\n\n".join([*blocks, *self._added()]) + "\n"

    def _added(self) -> tuple[str, ...]:
        return (self.addition,) if self.addition else ()

    def _dice(self, part: str) -> random.Random:
        return random.Random(f"{part} {self.number}")  # noqa: S311 - not for secrets


def examples(count: int) -> Iterator[Example]:
    """Answer the releases, the oldest first; with a larger count the earlier ones are other releases."""
    rng = random.Random(20310602)  # noqa: S311 - not for secrets
    weights = list(itertools.accumulate(1 / rank for rank in range(1, KEYWORDS + 1)))
    slugs = list(keyword_names())
    step = timedelta(days=365.25 * YEARS) / count
    for number in range(count):
        keywords = _distinct(rng, slugs, weights, rng.randint(3, 7))
        published = NOW - timedelta(days=365.25 * YEARS) + number * step
        yield Example(
            number=number,
            published=published.replace(microsecond=0),
            keywords=keywords,
            has_translation=rng.random() < 0.1,
            has_image=rng.random() < 0.02,
        )


def next_example(count: int, more: int = 0) -> Example:
    """Answer one more release than a corpus of that size has, or than one with `more` such releases added.

    It is Swedish, with five keywords of middling use and no image.
    """
    published = NOW - timedelta(hours=1) + timedelta(minutes=more)
    return Example(count + more, published, tuple(keyword_names())[3:8], has_translation=False, has_image=False)


def edited(example: Example, addition: str) -> Example:
    """Answer the release with a sentence more, in its lead (which lists show) and at the end of its body."""
    return replace(example, addition=addition)


@cache
def keyword_names() -> dict[str, str]:
    """Answer slug → name of the keywords, the most used first."""
    names, stems = {}, KEYWORD_STEMS.split(", ")
    for number in range(KEYWORDS):
        stem = stems[number % len(stems)]
        slug = stem.replace("å", "a").replace("ä", "a").replace("ö", "o")
        names[f"{slug}-{number}"] = f"{stem.capitalize()} {number}"
    return names


def write(content: Path, count: int) -> None:
    """Write a content folder with that many releases."""
    write_newsroom(content)
    for example in examples(count):
        write_one(content, example)


def write_newsroom(content: Path) -> None:
    """Write a content folder without releases."""
    content.mkdir(parents=True)
    (content / "newsroom.yaml").write_text(_newsroom_yaml(), encoding="utf-8")


def write_one(content: Path, example: Example) -> None:
    """Write the release's files, over an earlier version of it if there is one."""
    folder = content / "releases" / str(example.year) / example.slug
    folder.mkdir(parents=True, exist_ok=True)
    image = ""
    if example.has_image:
        (folder / "bild.jpg").write_bytes(picture(example))
        image = "images: [{file: bild.jpg, alt: En bild, caption: Bildtext., credit: Exempel, terms: fri}]\n"
    front = {
        "sv": f"id: {example.id}\ntype: pressmeddelande\naudiences: [vard]\n"
        f"published: {example.published.isoformat()}\nkeywords: [{', '.join(example.keywords)}]\n{image}",
        "en": "of_revision: 1\n",
    }
    for language in example.languages:
        own = f"title: {example.headline(language)}\nlead: {example.lead(language)}\n{front[language]}"
        text = f"---\n{own}---\n{example.body(language)}"
        (folder / f"{language}.md").write_text(text, encoding="utf-8")


def picture(example: Example) -> bytes:
    """Answer the release's image, a JPEG of 1800 × 1200 pixels."""
    return _picture(example.number % 7)


def _block(dice: random.Random, language: str, *, first: bool) -> str:
    kind = dice.random()
    if kind < 0.12 and not first:
        return f"## {_sentence(dice, language).removesuffix('.')}"
    sentences = [_sentence(dice, language) for _ in range(dice.randint(3, 6))]
    if kind < 0.25:
        return "\n".join(f"- {sentence}" for sentence in sentences)
    if kind > 0.9:
        sentences[0] = f"**{sentences[0]}**"
    if kind > 0.95:
        sentences.append(LINKS[language])
    return " ".join(sentences)


def _sentence(dice: random.Random, language: str) -> str:
    return " ".join(dice.choice(words) for words in _vocabulary(language)) + "."


@cache
def _vocabulary(language: str) -> tuple[list[str], ...]:
    return tuple(words.split(", ") for words in WORDS[language])


def _distinct(rng: random.Random, slugs: Sequence[str], weights: Sequence[float], count: int) -> tuple[str, ...]:
    """Answer that many keywords; by Zipf's law the first is used twice as often as the second, and so on."""
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        chosen.update(dict.fromkeys(rng.choices(slugs, cum_weights=weights)))
    return tuple(chosen)


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
  pressmeddelande:
    name: {{sv: Pressmeddelande, en: Press release}}
    plural: {{sv: Pressmeddelanden, en: Press releases}}
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
