"""Whether two files want the same place: the same path, but for case, or a file where the other needs a folder.

Paths are compared without case, for the folder may lie on a disk that knows none.
"""

from collections.abc import Collection

from plugins.edition.standing import Standing


def clash(new: Collection[str], standing: Standing) -> bool:
    """Answer whether one of the edition's new paths wants the place of another; the rest are known not to."""
    if not new:
        return False
    wanted = {path.casefold() for path in new}
    near = _near(wanted, standing) if len(wanted) <= _FEW else _all(standing)
    files = set(near)
    return len(files) < len(near) or not files.isdisjoint(_above(files))


_FEW = 50
"""New paths that all others are held against, which takes longer with each; a day's new paths are a few."""


def _near(wanted: Collection[str], standing: Standing) -> list[str]:
    """Answer all paths that the wanted ones could be in the way of, and some more."""
    above, starts = _above(wanted), tuple(wanted)
    folded = (listing.casefold().split("\0") for listing in standing.listings())
    return [path for paths in folded for path in paths if path.startswith(starts) or path in above]


def _all(standing: Standing) -> list[str]:
    return "\0".join(standing.listings()).casefold().split("\0")


def _above(paths: Collection[str]) -> set[str]:
    """Answer all folders that the paths lead through."""
    folders: set[str] = set()
    above = {path.rpartition("/")[0] for path in paths}
    while above := above - folders:
        folders |= above
        above = {folder.rpartition("/")[0] for folder in above}
    return folders
