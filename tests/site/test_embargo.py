"""Promise 1: what is not public yet leaves no trace. A build with it and a build without it are the same bytes."""

import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.edition.standing import Made, Sealed
from plugins.newsroom import keeping
from plugins.reading.memory.book import KINDS
from tests.building import NOW, SAMPLE, build, files
from tests.formes import between, galleys
from tests.nouns import a_keyword
from tests.texts import KEYWORDS, Text, content_of

CANARY = "kanariefagel"
SHARED = [a_keyword()] * 100
"""In the place of what newsroom.yaml lists, which memories only point to."""


@st.composite
def public_texts(draw):
    count = draw(st.integers(1, 3))
    return [
        Text(
            slug=f"meddelande-{number}",
            id=f"public0{number}",
            published=f"{draw(st.sampled_from([2024, 2025, 2026]))}-0{number + 1}-0{draw(st.integers(1, 9))}T10:00:00Z",
            keywords=tuple(draw(st.lists(st.sampled_from(KEYWORDS[:2]), unique=True))),
            picture=draw(st.sampled_from([None, "teal"])),
            translated=draw(st.booleans()),
            linked=None,
            word=f"ord{number}",
        )
        for number in range(count)
    ]


@st.composite
def secrets(draw):
    times = ["2026-11-22T12:00:01Z", "2026-11-23T00:00:00+01:00", "2027-01-01T00:00:00Z"]
    published = draw(st.sampled_from([None, *times]))
    return Text(
        slug=f"{CANARY}-slug",
        id="canary00",
        published=published,
        keywords=tuple(draw(st.lists(st.sampled_from(KEYWORDS), unique=True))),
        picture=draw(st.sampled_from([None, "teal", "navy"])),
        translated=draw(st.booleans()),
        linked=None,
        word=CANARY,
    )


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(public=public_texts(), secret=secrets(), was_public=st.booleans(), previewed=st.booleans(), links=st.booleans())
def test_with_and_without_an_embargoed_release_the_build_is_the_same(
    public, secret, was_public, previewed, links, capfd
):
    capfd.readouterr()
    if links:
        secret = replace(secret, linked=f"{public[0].published[:4]}/{public[0].slug}")
    with tempfile.TemporaryDirectory() as with_it, tempfile.TemporaryDirectory() as without:
        root = Path(with_it)
        if was_public:
            content = content_of(root, [*public, replace(secret, published="2026-11-01T10:00:00Z")])
            build(content, root / "output")
            capfd.readouterr()
        content = content_of(root, [*public, secret])
        if previewed:
            preview = root / "preview"
            build(content, preview / "output", cache=preview / "cache", PREVIEW=True)
            assert any(CANARY.encode() in data for data in files(preview / "output").values())
            shutil.rmtree(preview)
            capfd.readouterr()
        build(content, root / "output")
        said = capfd.readouterr()
        assert CANARY not in said.out + said.err
        build(content_of(Path(without), public), Path(without) / "output")
        assert_same_and_silent(root, Path(without))


@pytest.mark.parametrize("kind", ["translation", "page", "assignment"])
def test_other_embargoed_texts_leave_no_trace_either(kind, tmp_path, capfd):
    later = "2027-01-01T00:00:00Z"
    public = Text("meddelande", "public00", "2026-03-01T10:00:00Z", ("alfa",), "teal", False, None, "ord")
    builds = []
    for name in ("with", "without"):
        content = content_of(tmp_path / name, [public])
        if name == "with" and kind == "translation":
            secret = replace(public, word=CANARY)
            secret.translate(content / "releases/2026/meddelande", published=later)
        elif name == "with" and kind == "page":
            (content / f"pages/{CANARY}").mkdir(parents=True)
            text = f"---\npublished: {later}\ntitle: {CANARY}\n---\n{CANARY}\n"
            (content / f"pages/{CANARY}/sv.md").write_text(text, encoding="utf-8")
        elif name == "with":
            (content / f"assignments/2026/{CANARY}").mkdir(parents=True)
            text = (SAMPLE / "faulty/assignment-missing/assignments/2031/uppdrag/sv.md").read_text(encoding="utf-8")
            text = text.replace("2031-05-05T10:00:00+02:00", later).replace("Ett uppdrag", CANARY)
            (content / f"assignments/2026/{CANARY}/sv.md").write_text(text, encoding="utf-8")
        builds.append(build(content, tmp_path / name / "output").parent)
    said = capfd.readouterr()
    assert CANARY not in said.out + said.err
    assert_same_and_silent(*builds)


def test_a_link_to_an_embargoed_release_stops_the_build_without_publishing_its_address(tmp_path):
    public = Text("meddelande", "public00", "2026-03-01T10:00:00Z", (), None, False, f"2027/{CANARY}-slug", "ord")
    secret = Text(f"{CANARY}-slug", "canary00", "2027-01-01T00:00:00Z", (), None, False, None, CANARY)
    with pytest.raises(SystemExit):
        build(content_of(tmp_path, [public, secret]), tmp_path / "output")
    assert files(tmp_path / "output") == {} if (tmp_path / "output").exists() else True


def test_the_moment_itself_is_public(tmp_path):
    secret = Text("meddelande", "public00", NOW.isoformat(), (), None, False, None, CANARY)
    output = build(content_of(tmp_path, [secret]), tmp_path / "output")
    assert (output / "pressmeddelanden/2026/meddelande/index.html").is_file()


def assert_same_and_silent(with_it: Path, without: Path) -> None:
    for folder in ("output", "cache"):
        found, others = files(with_it / folder), files(without / folder)
        assert remembering_no_times(found) == remembering_no_times(others)
        assert remembered(found) <= remembered(others)  # a folder with something that isn't public is not remembered
        for path, data in found.items():
            assert CANARY not in path.lower()
            assert CANARY.encode() not in data.lower()


def remembering_no_times(found: dict[str, bytes]) -> dict[str, object]:
    """The memories are named by their folder and hold its times and places; the rest of them must be the same, and so
    must the bodies that are kept, wherever they lie.
    """
    formes = [data for path, data in found.items() if path.startswith("bodies/")]
    assert not any(between(forme).strip(b"\0") for forme in formes)
    same: dict[str, object] = {"bodies": {body for forme in formes for body in galleys(forme).values()}}
    for path, data in found.items():
        if path.startswith("edition-"):
            made = edition_in(data)
            same["edition"] = {name: file[:3] for each in made for name, file in each.items()}
        elif not path.startswith(("texts/", "bodies/")):
            same[path] = data
    return same


def edition_in(data: bytes) -> Iterator[dict[str, Made]]:
    """Answer the files that a memory of an edition tells of: the single ones, then bundle by bundle."""
    end = len(data) - 8
    _, outputs, lengths = contents(data[end - int.from_bytes(data[end:], "big") : end], Made)
    yield outputs
    start = 0
    for columns, length in lengths:
        at = start + columns
        for _, *at_hand, size in contents(data[start : start + columns]):
            yield dict(Sealed(*at_hand, data[at : at + size]).opened().files())
            at += size
        start += length


def remembered(found: dict[str, bytes]) -> set[str]:
    """Answer which texts are remembered."""
    kept = (contents(data, *KINDS) for path, data in found.items() if path.startswith("texts/"))
    years = (book.as_one("", SHARED) for book in kept)
    return {text.source for year in years for text in year.read}


def contents(data: bytes, *kinds: type) -> Any:
    """Answer what was packed, whoever did: each folder has a maker of its own."""
    return keeping._Unpacker(io.BytesIO(data[32:]), kinds, SHARED).load()
