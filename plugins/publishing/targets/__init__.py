"""Where an edition can be sent: one file for each kind of host."""

from pathlib import Path

from plugins.publishing.targets.target import Target
from plugins.publishing.trouble import Trouble

KINDS = ("folder", "rsync", "rsync-in-place", "s3", "git", "list")


def target(address: str, cache: Path) -> Target:
    """Answer the target at an address; `cache` is a folder that it may use.

        folder:/srv/pressroom                        a folder on this machine, for nginx or Caddy
        rsync:user@host:/srv/pressroom               the same on another machine, over SSH
        rsync-in-place:user@host:/var/www/html       a folder that can't be a symbolic link
        s3:bucket or s3:bucket/folder                any S3-compatible store
        git:git@example.org:press/room.git#gh-pages  a branch, for GitHub and GitLab Pages
        list:/home/anna/upload                       what to upload by hand

    Raises Trouble if it says nothing of the kind. Libraries of a kind are loaded only when it is used.
    """
    kind, _, place = address.partition(":")
    if kind not in KINDS or not place:
        raise Trouble(
            "{address} is no target; write one like rsync:user@host:/srv/pressroom ({kinds})",
            address=address,
            kinds=", ".join(KINDS),
        )
    return _MAKERS[kind](place, cache)


def _folder(place: str, cache: Path) -> Target:
    from plugins.publishing.targets.folder import Folder

    return Folder(Path(place))


def _rsync(place: str, cache: Path) -> Target:
    from plugins.publishing.targets.rsync import Rsync

    return Rsync(place)


def _rsync_in_place(place: str, cache: Path) -> Target:
    from plugins.publishing.targets.rsync_in_place import RsyncInPlace

    return RsyncInPlace(place)


def _s3(place: str, cache: Path) -> Target:
    from plugins.publishing.targets.s3 import S3, store

    bucket, _, folder = place.partition("/")
    return S3(store(), bucket, folder)


def _git(place: str, cache: Path) -> Target:
    from plugins.publishing.targets.git import Branch

    repository, _, branch = place.rpartition("#") if "#" in place else (place, "", "gh-pages")
    return Branch(repository, branch, cache / "git")


def _list(place: str, cache: Path) -> Target:
    from plugins.publishing.targets.listed import Listed

    return Listed(Path(place))


_MAKERS = {
    "folder": _folder,
    "rsync": _rsync,
    "rsync-in-place": _rsync_in_place,
    "s3": _s3,
    "git": _git,
    "list": _list,
}
