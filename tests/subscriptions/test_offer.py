"""`/list.json`: what the site tells the list that runs beside it."""

import pytest

from plugins.newsroom import opened
from plugins.subscriptions.offer import Offer
from plugins.subscriptions.outputs import outputs
from tests.nouns import a_keyword, a_newsroom, a_page, a_release, a_stage, an_audience


def a_room(**changes):
    release = a_release(keywords=(a_keyword(),), audiences=(an_audience(),))
    return a_newsroom(**{"releases": [release], "pages": (a_page(key="privacy", title="Integritet"),), **changes})


def test_what_is_written_can_be_read():
    offer = Offer.of(a_room())
    assert Offer.read(offer.json()) == offer


def test_it_is_one_of_the_rooms_outputs():
    newsroom = a_room()
    made = {output.path: output.render() for output in opened(outputs(a_stage(newsroom)))}
    assert set(made) == {"list.json", "notices.json"}
    assert made["list.json"] == Offer.of(newsroom).json()


def test_only_what_a_public_release_has_is_named():
    """A keyword that only an embargoed release has must not be told of before it."""
    assert {subject.key for subject in Offer.of(a_room()).subjects} == {
        "type:pressmeddelande", "keyword:vatten", "audience:media",
    }  # fmt: skip
    assert Offer.of(a_room(releases=[])).subjects == ()


def test_a_new_release_about_known_things_changes_nothing():
    one, two = (a_release(id=id, slug=id, keywords=(a_keyword(),)) for id in ("aaaaaaaa", "bbbbbbbb"))
    assert Offer.of(a_room(releases=[one])).json() == Offer.of(a_room(releases=[one, two])).json()


def test_addresses_are_whole_and_in_each_language():
    offer = Offer.of(a_room())
    assert offer.home["sv"] == "https://press.example.se/"
    assert offer.follow["en"] == "https://press.example.se/en/subscribe/"
    ((title, address),) = offer.footer
    assert (title["sv"], address["sv"]) == ("Integritet", "https://press.example.se/integritet/")


@pytest.mark.parametrize("written", [b"", b"[]", b"{}", b'{"format": 2}', b'{"format": 1}', b"\xff", b'"x"'])
def test_anything_else_is_told_of(written):
    with pytest.raises(ValueError):
        Offer.read(written)
