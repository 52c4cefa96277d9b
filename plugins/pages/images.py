"""The images page: press material that always holds, then the pictures of the releases."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from plugins.newsroom import Image, Input, Newsroom, Noun, Output, fingerprint
from plugins.pages.lists import Parts, part_in
from plugins.pages.theme import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Noun):
    """A release's picture, and the release that it came with."""

    image: Image
    title: str
    address: str
    language: str


def outputs(newsroom: Newsroom, theme: Theme, language: str) -> Iterator[Output]:
    """Answer the page and its older parts; the press material stands on the first only."""
    pictures = [
        Picture(image=image, title=release.title, address=release.address, language=release.language)
        for release in newsroom.listed(language)
        if release.withdrawn is None
        for image in release.images
    ]
    material = newsroom.press_material(language)
    address_in = partial(newsroom.addresses.section, key="images")
    for number, shown, older in Parts.of(pictures).numbered():
        yield theme.page(
            "images.html",
            language,
            theme.everywhere(part_in(newsroom.addresses, address_in, number)),
            (
                *([material.input] if number is None else []),
                Input("older part", fingerprint(str(older))),
                *(picture.input for picture in shown),
            ),
            section="images",
            material=material if number is None else None,
            pictures=shown,
            list_address=address_in(language),
            number=number,
            older=older,
        )
