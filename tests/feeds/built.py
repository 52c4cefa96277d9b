"""What the feeds room makes of a newsroom, for tests to read."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from plugins.feeds.outputs import outputs
from plugins.newsroom import Newsroom, Release, opened
from tests.nouns import (
    STOCKHOLM,
    StoredBodies,
    a_correction,
    a_document,
    a_keyword,
    a_link,
    a_newsroom,
    a_release,
    a_stage,
    a_withdrawal,
    an_assignment,
    an_audience,
    an_image,
    terms,
    with_translation,
)

BODY = """<p>Läs <a href="/pressmeddelanden/2031/annat/">ett annat</a>, en <a href="#fn:1">not</a> & mer.</p>
<p><img src="/bilder/a-480.jpg" srcset="/bilder/a-480.jpg 480w, /bilder/a,b-960.jpg 960w" alt="Ett träd"></p>"""


def built(newsroom: Newsroom, bodies: Mapping[str, str] | None = None, otherwise: str = BODY) -> dict[str, bytes]:
    """Answer every file of the room by its path."""
    stage = a_stage(newsroom, StoredBodies(bodies, otherwise))
    return {output.path: output.render() for output in opened(outputs(stage))}


def many(count: int, **changes: object) -> list[Release]:
    """That many releases, one a day, the oldest first."""
    first = datetime(2020, 1, 1, 9, 0, tzinfo=STOCKHOLM)
    return [
        a_release(**{"id": f"n{i:07}", "slug": f"nummer-{i}", "published": first + timedelta(days=i), **changes})
        for i in range(count)
    ]


def a_full_newsroom() -> Newsroom:
    """A press room with an archive and with everything that a release can have."""
    folder = "pressmeddelanden/2031/allt/"
    everything = a_release(
        id="alltallt",
        slug="allt",
        title="Allt <b>på</b> en gång & mer",
        lead="Halten är < 5 & > 3 mg.",
        keywords=(a_keyword(), a_keyword("luft")),
        audiences=(an_audience(),),
        case_number="1.1-2031-000123",
        urgent=True,
        images=(
            an_image(folder=folder),
            an_image("karta.jpg", folder, caption=None, terms=terms(url="https://press.example.se/villkor/")),
        ),
        documents=(a_document(folder=folder),),
        links=(a_link(),),
        corrections=(a_correction(), a_correction("typo", text="Ett stavfel.")),
    )
    original, translation = with_translation(everything, official=False)
    withdrawn = a_release(
        id="bortbort", slug="borta", withdrawn=a_withdrawal("replaced", by="alltallt"), keywords=(a_keyword(),)
    )
    bodiless = a_release(id="tomttomt", slug="tomt", missing=("body",))
    return a_newsroom(
        releases=[*many(65, keywords=(a_keyword(),)), original, translation, withdrawn, bodiless],
        assignments=[an_assignment()],
    )
