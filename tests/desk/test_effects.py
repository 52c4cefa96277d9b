"""What a publishing brings about, told before it."""

import json

import pytest

from plugins.desk.publishing.effects import Effects
from plugins.publishing.memory import Memory
from plugins.publishing.plan import Plan
from tests.publishing.editions import shipped
from tests.publishing.test_memory import entry, year


def edition(folder, revision):
    notice = {"id": "u", "kind": "release", "original_language": "sv", "languages": {"sv": {"title": "Mät vatten"}}}
    told = {"notices": [], "assignments": [{**notice, "revision": each} for each in range(1, revision + 1)]}
    decided = {**entry("/u/2031/u/", revision=revision, content=str(revision)), "corrections": ["x"][: revision - 1]}
    return shipped(
        folder,
        {
            "public/2031.json": year({}, {"u": decided}),
            "notices.json": json.dumps(told).encode(),
            "u/2031/u/assignment.json": b'{"title": "M\xc3\xa4t vatten"}',
        },
    )


@pytest.mark.parametrize("first", [True, False])
def test_assignments_are_told_of_as_releases_are(tmp_path, first):
    before, after = edition(tmp_path / "1", 1), edition(tmp_path / "2", 2)
    if first:
        before, after = shipped(tmp_path / "0", {"index.html": b""}), before
    plan = Plan.of(before.manifest, after.manifest)
    told = Effects.of(plan, after, Memory.of_shipment(before), Memory.of_shipment(after), before)
    assert [(change.step, title) for change, title in told.releases] == [("new" if first else "told", "Mät vatten")]
    assert [(each.id, each.revision, each.title) for each in told.letters] == [("u", 1 if first else 2, "Mät vatten")]
