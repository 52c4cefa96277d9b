"""`press preview --share`: a release that isn't public yet, sealed for trusted readers: a file and a link for each."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from plugins.desk.building import direct
from plugins.desk.project import Project
from plugins.desk.words import _, speaking
from plugins.edition.rendering import Watch
from plugins.newsroom import Faults, File, Newsroom, Release, State, dates
from plugins.newsroom.links import absolute_links
from plugins.publishing.sealed import Letter, sealed

FOLDER = "shared"
DRAFTS_LAST = timedelta(days=7)
"""How long a draft can be read, which has no time of its own at which it is public anyway."""
LARGEST = 30_000_000
_STATIC = Path(__file__).parents[1] / "static"


class Unshareable(Exception):
    """That it can't be sealed; the message is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A sealed file for a recipient. The key is in the link, and nowhere else."""

    recipient: str
    file: Path
    link: str = field(repr=False)
    expires: datetime


def share(
    project: Project, file: Path, recipients: Iterable[str], *, at: str = "", expires: datetime | None = None
) -> list[Shared]:
    """Answer a sealed file for each recipient, of the release in that file. `at` is the address of the folder that
    they will be put in; "" gives links to the files as they lie on this machine.

    Raises Faults if newsroom.yaml or the text has any, and Unshareable.
    """
    cache = str(project.private / "cache")
    reading = direct.read_newsroom(project.building({"PREVIEW": True, "CACHE_PATH": cache}), Watch())
    newsroom = reading.newsroom
    found = [each for each in newsroom.releases if project.content / each.source == file]
    faults = [fault for fault in reading.left_out if project.content / fault.source == file]
    if faults:
        raise Faults(faults)
    if not found:
        raise Unshareable(_("{file} is no release that can be shown; see ./press check", file=project.shown(file)))
    release = found[0]
    if release.state is State.PUBLIC:
        raise Unshareable(_("{file} is public already", file=project.shown(file)))
    until = expires or (release.published if release.state is State.EMBARGOED else project.now + DRAFTS_LAST)
    if until <= project.now:
        raise Unshareable(_("it would have expired before anybody could read it"))
    body = _body(reading.bodies.html(release), release, newsroom)
    return [_shared(project, newsroom, release, body, name, at, until) for name in recipients]


def _shared(
    project: Project, newsroom: Newsroom, release: Release, body: str, recipient: str, at: str, until: datetime
) -> Shared:
    with speaking(release.language):
        letter = Letter(
            language=release.language,
            title=release.title,
            recipient=recipient,
            expires=until,
            html=_html(newsroom, release, body, recipient, until),
        )
        made = sealed(letter, _words())
    folder = project.private / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    # a name that says nothing, and that nobody guesses
    file = folder / f"{token_urlsafe(16)}.html"
    file.write_bytes(made.page)
    address = f"{at.rstrip('/')}/{file.name}" if at else file.as_uri()
    return Shared(recipient=recipient, file=file, link=f"{address}#{made.key}", expires=until)


def _words() -> dict[str, str]:
    return {
        "title": _("A sealed text"),
        "closed": _("This text is sealed. A browser with script opens it, by the whole link that was sent to you."),
        "keyless": _("The link lacks its last part, after #. Open it whole, as it was sent to you."),
        "wrong": _("This is not the key to this text. Open the link whole, as it was sent to you."),
        "expired": _("This text can't be read here any more."),
        "insecure": _("The browser opens sealed texts only over https:// or from a file on this machine."),
    }


def _html(newsroom: Newsroom, release: Release, body: str, recipient: str, until: datetime) -> str:
    def told(moment: datetime) -> str:
        return dates.moment(newsroom.local(moment), release.language)

    if release.state is State.EMBARGOED:
        lifts = told(release.published)
        embargo = _("Under embargo until {time}. Not to be published or passed on before then.", time=lifts)
    else:
        embargo = _("A draft. Not to be published or passed on.")
    last = told(until)
    environment = Environment(
        loader=FileSystemLoader(_STATIC),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("share.html").render(
        words={
            "embargo": embargo,
            "meant": _("This copy is for {name} alone, and can be read until {time}.", name=recipient, time=last),
            "photo": _("Photo"),
        },
        release=release,
        language=release.language,
        publisher=newsroom.publisher.label[release.language],
        body=Markup(body),  # noqa: S704 - what reading has sanitised
        images=[{"of": image, "data": _data(image.web)} for image in release.images],
        documents=[
            {"of": each, "name": Path(each.download.address).name, "data": _data(each.download)}
            for each in release.documents
        ],
    )


def _body(html: str, release: Release, newsroom: Newsroom) -> str:
    """Answer a body that leads out to the press room, and brings its pictures with it."""
    soup = BeautifulSoup(absolute_links(html, newsroom.site), "html.parser")
    pictures = {newsroom.site.absolute(file.address): file for file in _files(release)}
    for image in soup.find_all("img"):
        file = pictures.get(str(image.get("src")))
        if file:
            image["src"] = _data(file)
        else:
            image.decompose()
    return str(soup)


def _files(release: Release) -> Iterator[File]:
    for image in release.images:
        yield image.original
        yield from image.renditions
    yield from (document.download for document in release.documents)


def _data(file: File) -> str:
    """Answer a file's bytes as an address (RFC 2397)."""
    if file.bytes > LARGEST:
        name, size = Path(file.address).name, file.bytes // 1_000_000
        raise Unshareable(_("{file} is {size} MB, too much for a sealed file", file=name, size=size))
    return f"data:{file.media_type};base64,{b64encode(file.source.read_bytes()).decode()}"


def lines(shared: Iterable[Shared], project: Project) -> Iterator[str]:
    """Answer what to send to whom, and what that can't prevent."""
    head: Any = project.masthead()
    for each in shared:
        until = dates.moment(each.expires.astimezone(head.timezone), project.language)
        yield _("{name}, until {time}:", name=each.recipient, time=until)
        yield f"  {project.shown(each.file)}"
        yield f"  {each.link}"
    yield _("Put the files on any host, and send each their own link. The keys stand in the links and nowhere else.")
    yield _(
        "The seal keeps out those who have no link. It keeps nobody from passing on link, text or a picture of the "
        "screen, and the last day is by the reader's own clock. To shut a text for certain, remove its file."
    )
