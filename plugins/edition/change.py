"""What is otherwise in an edition than in the one before, told by what has changed and not by all that stands."""

from collections.abc import Iterator
from typing import NamedTuple

from plugins.edition.standing import Standing


class Change(NamedTuple):
    """The change from one edition to the next, which shares with it what is the same.

    `made` are the files that are new or have other bytes, with the SHA-256 of each; `gone` are those of the edition
    before that there are no more. `new` are the paths that come: one that two want now, and one had, is among them.
    """

    made: dict[str, str]
    gone: dict[str, str]
    new: list[str]

    @classmethod
    def between(cls, last: Standing, next: Standing) -> "Change":
        """Answer what leads from the last edition to the next."""
        before, after = dict(_not_in(next, last)), list(_not_in(last, next))
        made = {path: digest for path, digest in after if before.get(path) != digest}
        # each path of before stands for one of after: what is left over on either side has gone, or come
        new = [path for path, _ in after if before.pop(path, None) is None]
        return cls(made, before, new)


def _not_in(other: Standing, standing: Standing) -> Iterator[tuple[str, str]]:
    """Answer path and SHA-256 of the files in outputs and bundles that the other edition has otherwise, or not."""
    for path, made in standing.outputs.items():
        if other.outputs.get(path) != made:
            yield path, made.digest
    for name, bundle in standing.bundles.items():
        if other.bundles.get(name) is not bundle:
            yield from bundle.made()
