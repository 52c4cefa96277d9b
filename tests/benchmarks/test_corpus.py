"""The corpus is the same everywhere, has what a real archive has, and is free of faults."""

from statistics import mean

import pytest

from plugins.reading.checking import check
from tests.benchmarks import corpus
from tests.building import files

COUNT = 60


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "content"
    corpus.write(folder, COUNT)
    return folder


def test_it_has_the_same_bytes_every_time(content, tmp_path):
    corpus.write(tmp_path / "again", COUNT)
    assert files(tmp_path / "again") == files(content)


def test_it_has_as_many_releases_as_were_asked_for(content):
    assert len(list(content.glob("releases/*/*/sv.md"))) == COUNT
    assert 0 < len(list(content.glob("releases/*/*/en.md"))) < COUNT / 4


def test_ids_are_unique():
    examples = [*corpus.examples(2000), *(corpus.next_example(2000, more) for more in range(20))]
    assert len({example.id for example in examples}) == len({example.slug for example in examples}) == 2020


def test_it_is_like_fifteen_years_of_an_agency():
    examples = list(corpus.examples(2000))
    assert [example.published for example in examples] == sorted({example.published for example in examples})
    assert {example.year for example in examples} == set(range(2016, 2032))
    assert corpus.next_example(2000).year == examples[-1].year
    words = [len(example.body().split()) for example in examples[:300]]
    assert min(words) >= 300 and max(words) <= 900
    assert mean(len(example.keywords) for example in examples) == pytest.approx(5, abs=0.2)
    assert mean(example.has_translation for example in examples) == pytest.approx(0.1, abs=0.02)
    uses = sorted((sum(slug in e.keywords for e in examples) for slug in corpus.keyword_names()), reverse=True)
    assert len(uses) == 400 and uses[0] > 100 * uses[-20] > 0, "few keywords are used much, most are used little"


def test_nothing_is_wrong_in_it_nor_in_one_more_release_and_an_edited_one(content, tmp_path):
    def faults():
        return check(content, now=corpus.NOW, cache=tmp_path)

    assert faults() == []
    corpus.write_one(content, corpus.next_example(COUNT))
    corpus.write_one(content, corpus.edited(next(corpus.examples(COUNT)), "Det här har lagts till."))
    assert faults() == []
    assert len(list(content.glob("releases/*/*/sv.md"))) == COUNT + 1
