"""The images page: press material that always holds, then the pictures of the releases."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from plugins.edition.stage import Stage
from plugins.newsroom import Bundle, Image, Input, Newsroom, Noun, Output, Release, fingerprint
from plugins.pages.lists import Parts, part_in
from plugins.pages.theme import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Noun):
    """A release's picture, and the release that it came with."""

    image: Image
    title: str
    address: str
    language: str


def outputs(stage: Stage, theme: Theme, language: str) -> Iterator[Bundle]:
    """Answer the page and its older parts; the press material stands on the first only."""
    illustrated = (r for r in stage.newsroom.listed(language) if r.images and not r.withdrawn)
    shown = [(release, image) for release in illustrated for image in release.images]
    for number, part, older in Parts.of(shown).numbered():
        page = partial(_page, part, number, older, stage.newsroom, theme, language)
        releases, files = [release for release, _ in part], [image.file for _, image in part]
        yield stage.bundle(f"images in {language}, part {number}", releases, page, str(older), *files)


def _page(
    part: Iterable[tuple[Release, Image]],
    number: int | None,
    older: int | None,
    newsroom: Newsroom,
    theme: Theme,
    language: str,
) -> Iterator[Output]:
    address_in = partial(newsroom.addresses.section, key="images")
    material = newsroom.press_material(language) if number is None else None
    pictures = [
        Picture(image=image, title=release.title, address=release.address, language=release.language)
        for release, image in part
    ]
    yield theme.page(
        "images.html",
        language,
        theme.everywhere(part_in(newsroom.addresses, address_in, number)),
        (
            *([material.input] if material else []),
            Input("older part", fingerprint(str(older))),
            *(picture.input for picture in pictures),
        ),
        section="images",
        material=material,
        pictures=pictures,
        list_address=address_in(language),
        number=number,
        older=older,
    )
