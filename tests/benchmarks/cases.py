"""What is built: a clean site, and the changes after which a press room is built again."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks import corpus, measuring
from tests.benchmarks.contenders import Contender, Pressroom, contenders
from tests.benchmarks.corpus import Example
from tests.benchmarks.measuring import BuildFailed, Took

PATIENCE = 60
"""Seconds that one contender may take for a case before it isn't repeated: what takes long varies less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Medians of what one contender took for one case; files of its site at the end, changed and written by a build."""

    releases: int
    case: str
    contender: str
    runs: int
    wall: float
    cpu: float
    peak: float
    files: int
    changed: int
    written: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What the site must show after the build: a release as it is now, and a mark in its page."""

    release: Example
    mark: str = ""


Case = Callable[[Contender, Sequence[Example], int], Expected]
"""Changes a contender's sources, given the corpus and the number of the run."""


def clean(contender: Contender, archive: Sequence[Example], run: int) -> Expected:
    contender.forget()
    return Expected(archive[run])


def nothing_changed(contender: Contender, archive: Sequence[Example], run: int) -> Expected:
    return Expected(archive[run])


def one_more(contender: Contender, archive: Sequence[Example], run: int) -> Expected:
    example = corpus.next_example(len(archive), contender.releases - len(archive))
    contender.add(example)
    return Expected(example)


def older_edited(contender: Contender, archive: Sequence[Example], run: int) -> Expected:
    example = corpus.edited(archive[len(archive) // 2 + run], "Uppgiften har lagts till i efterhand.")
    contender.write(example)
    return Expected(example)


def template_edited(contender: Contender, archive: Sequence[Example], run: int) -> Expected:
    contender.mark_template(f"mark-{run}")
    return Expected(archive[run], f"mark-{run}")


def fresh_checkout(contender: Contender, archive: Sequence[Example], run: int) -> Expected:
    contender.check_out_afresh()
    return one_more(contender, archive, run)


ONE_MORE = "+1 release"

CASES: dict[str, Case] = {
    "clean build": clean,
    "nothing changed": nothing_changed,
    ONE_MORE: one_more,
    "older release edited": older_edited,
    "base template edited": template_edited,
    "+1 release, fresh checkout": fresh_checkout,
}


def results(
    releases: int, runs: int, only: Collection[str], folder: Path, tell: Callable[[str], None]
) -> Iterator[Result]:
    """Write the corpus for all contenders, or those of these names, and answer each case's results as they come.

    `tell` is told what is being done. Raises BuildFailed, also if the press room's files aren't those of a clean build.
    """
    tell("writing the corpus")
    archive = list(corpus.examples(releases))
    all_of_them = [contender for contender in contenders(folder) if not only or contender.name in only]
    for contender in all_of_them:
        contender.prepare()
    for example in archive:
        for contender in all_of_them:
            contender.add(example)
    for name, case in CASES.items():
        yield from _results(name, case, archive, all_of_them, runs, tell)
    for contender in all_of_them:
        if isinstance(contender, Pressroom):
            tell(f"comparing with a clean build: {contender.name}")
            _compare_with_a_clean_build(contender)


def _results(
    name: str,
    case: Case,
    archive: Sequence[Example],
    all_of_them: Sequence[Contender],
    runs: int,
    tell: Callable[[str], None],
) -> Iterator[Result]:
    took: dict[Contender, list[Took]] = {contender: [] for contender in all_of_them}
    differences: dict[Contender, tuple[int, int]] = {}
    for run in range(runs):
        for contender in all_of_them:
            if sum(each.wall for each in took[contender]) > PATIENCE:
                continue
            tell(f"{name}: {contender.name}")
            expected = case(contender, archive, run)
            took[contender].append(contender.build())
            differences[contender] = contender.look()
            contender.expect(expected.release, expected.mark)
    for contender in all_of_them:
        yield _result(name, len(archive), contender, took[contender], *differences[contender])


def _result(
    case: str, releases: int, contender: Contender, took: Sequence[Took], changed: int, written: int
) -> Result:
    return Result(
        releases=releases,
        case=case,
        contender=contender.name,
        runs=len(took),
        wall=median(each.wall for each in took),
        cpu=median(each.cpu for each in took),
        peak=median(each.peak for each in took),
        files=len(contender.held),
        changed=changed,
        written=written,
    )


def _compare_with_a_clean_build(contender: Contender) -> None:
    """No figure counts for a site that isn't right."""
    before = contender.held
    contender.forget()
    contender.build()
    contender.look()
    if wrong := measuring.differing(before, contender.held):
        raise BuildFailed(f"{contender.name}: {len(wrong)} files are not as in a clean build, such as {wrong[0]}")
