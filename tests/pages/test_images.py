from datetime import timedelta

from bs4 import BeautifulSoup

from plugins.newsroom import Release, opened
from plugins.pages.images import outputs
from plugins.pages.lists import PART
from plugins.pages.theme import Theme
from tests.nouns import PUBLISHED, a_newsroom, a_release, a_stage, an_image


def illustrated(number: int, count: int) -> Release:
    """Answer a release with so many pictures."""
    address = f"pressmeddelanden/2031/nr-{number}/"
    return a_release(
        id=f"{number:08}",
        slug=f"nr-{number}",
        published=PUBLISHED + timedelta(minutes=number),
        images=tuple(an_image(f"bild-{place}.jpg", address, alt=f"{number}.{place}") for place in range(count)),
    )


def made(*releases: Release) -> dict[str, tuple[str, dict[str, bytes]]]:
    """Answer fingerprint and files of each bundle by its name."""
    stage = a_stage(a_newsroom(releases=list(releases)))
    bundles = outputs(stage, Theme(stage), "sv")
    return {b.name: (b.fingerprint, {o.path: o.render() for o in opened(b.items())}) for b in bundles}


def shown(files: dict[str, bytes]) -> list[str]:
    [page] = files.values()
    return [str(image["alt"]) for image in BeautifulSoup(page, "html.parser").select(".gallery img")]


def test_every_picture_is_shown_once_the_newest_release_first() -> None:
    pages = [shown(files) for _, files in made(illustrated(1, 30), illustrated(2, 15), illustrated(3, 1)).values()]
    newest, *older = pages
    assert [len(part) for part in older] == [PART]
    expected = ["3.0", *(f"2.{place}" for place in range(15)), *(f"1.{place}" for place in range(30))]
    assert [*newest, *older[0]] == expected


def test_a_part_differs_when_other_pictures_of_the_same_release_are_in_it() -> None:
    many = illustrated(2, 3 * PART)
    before, after = made(illustrated(1, 1), many), made(many)
    for name in before.keys() & after.keys():
        assert (before[name][0] == after[name][0]) == (before[name][1] == after[name][1]), name


def test_what_is_newer_leaves_the_older_parts_as_they_are() -> None:
    old = [illustrated(1, PART), illustrated(2, PART)]
    before, after = made(*old), made(*old, illustrated(3, PART))
    assert before["images in sv, part 1"] == after["images in sv, part 1"]
