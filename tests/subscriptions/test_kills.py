"""Killed at every transition that the table of states knows, before and after the commit, and at every SMTP step."""

import os
from collections.abc import Iterator

import pytest

from plugins.subscriptions.delivery import DELIVERY_TRANSITIONS
from plugins.subscriptions.settings import Settings
from tests.subscriptions.histories import History, Steps, Zygote, zygote
from tests.subscriptions.sink import Fault, Sink
from tests.subscriptions.victim import Point

NAMES = ("plain", "other", "later", "refused", "logged", "again", "left", "bounce", "complain", "both",
         "daily1", "daily2", "dailyleft", "ghost")  # fmt: skip

FAULTS = (
    Fault(at="dot", do="451 4.3.0 later", recipient="later", times=3),
    Fault(at="RCPT", do="550 5.1.1 unknown", recipient="refused"),
    Fault(at="dot", do="drop", taken=True, recipient="logged", times=1),
    Fault(at="dot", do="drop", recipient="again", times=2),
)

LIFE: Steps = [
    ("tell", "r1"),
    ("leave", "left"),  # queued > skipped
    ("leave", "dailyleft"),  # waiting > skipped
    ("work",),  # queued > handing_over > accepted, queued, refused, in_doubt
    ("later", 2),
    ("settle",),  # in_doubt > accepted, queued
    ("work",),
    ("later", 2),
    ("settle_blindly",),  # in_doubt > held
    ("requeue_held",),  # held > queued
    ("work",),
    ("at_once", "daily2"),  # waiting > queued
    ("later", 30),
    ("digests",),  # waiting > gathered
    ("hold", "r1"),  # gathered > waiting
    ("resume", "r1"),
    ("work",),
    ("later", 30),
    ("digests",),
    ("withdraw", "r1"),  # gathered > skipped
    ("work",),
    ("bounce", "bounce"),  # accepted > bounced
    ("bounce", "both"),
    ("complain", "complain"),  # accepted > complained
    ("complain", "both"),  # bounced > complained
    ("later", 1),
    ("tell", "r2"),
    ("claim", 50),  # queued > claimed
    ("begin_claimed", "ghost"),  # claimed > handing_over
    ("leave", "other"),  # claimed > skipped
    ("recover_ghost",),  # claimed > queued, handing_over > in_doubt
    ("late", "ghost", "in_doubt", "accepted"),
    ("work",),
    ("later", 1),
    ("tell", "r3"),
    ("claim", 50),
    ("begin_claimed", "ghost"),
    ("recover_ghost",),
    ("late", "ghost", "in_doubt", "refused"),  # in_doubt > refused
    ("work",),
    ("later", 1),
    ("tell", "r4"),
    ("claim", 50),
    ("begin_claimed", "ghost"),
    ("recover_ghost",),
    ("later", 1),
    ("settle_blindly",),
    ("late", "ghost", "queued", "accepted"),  # queued > accepted
    ("work",),
    ("tell", "r5"),
    ("claim", 3),
    ("begin_claimed", "plain"),
    ("adopt",),  # waiting, queued, claimed, handing_over > held
    ("late", "ghost", "held", "accepted"),  # held > accepted
    ("leave", "later"),  # held > skipped
    ("requeue_held",),
    ("work",),
]

SOAK = "PRESSROOM_SOAK" in os.environ
TABLE = [f"{old}>{new}" for old, after in DELIVERY_TRANSITIONS.items() for new in sorted(after)]
STEPS = ("replay", "recover", "forget", "connect", "exchange", "exchanged", "compose", "commands", "body", "dot",
         "reply", "outcome", "remembered")  # fmt: skip


@pytest.fixture(scope="module")
def forks() -> Iterator[Zygote]:
    with zygote() as started:
        yield started


@pytest.fixture
def history(settings: Settings) -> Iterator[History]:
    with Sink(*FAULTS) as sink:
        lived = History(settings, sink, NAMES, connections=2)
        yield lived
        lived.close()


def test_the_life_meets_every_transition(history: History, forks: Zygote) -> None:
    history.live_through(forks, LIFE)
    assert set(history.crossed()) == set(TABLE)
    history.settle(forks)
    history.check()


POINTS = {
    "before each transition": [Point(crossing=crossing) for crossing in TABLE],
    "after each transition": [Point(crossing=crossing, after=True) for crossing in TABLE],
    "at each step": [Point(at=step) for step in STEPS],
}
EACH = [point for points in POINTS.values() for point in points]


@pytest.mark.parametrize("points", POINTS.values(), ids=POINTS)
def test_killed_again_and_again(history: History, forks: Zygote, points: list[Point]) -> None:
    """One life with all the kills of a kind, each where it is met first. What isn't committed is the same on both
    databases: nothing.
    """
    if not SOAK and not history.store._database.is_sqlite and points is POINTS["before each transition"]:
        pytest.skip("takes long and says the same as on SQLite: make soak")
    left = history.live_through(forks, LIFE, points)
    assert not left
    history.settle(forks)
    history.check()


@pytest.mark.skipif(not SOAK, reason="takes minutes: make soak")
@pytest.mark.parametrize("point", EACH, ids=lambda point: f"{point.at or point.crossing}{'+' * point.after}")
def test_killed_once(history: History, forks: Zygote, point: Point) -> None:
    """A life for each kill, so that its doubt is counted by itself."""
    assert not history.live_through(forks, LIFE, [point])
    history.settle(forks)
    history.check()
