"""Releases of an older press room become files here. What isn't certain is asked for, or left as it is."""

import contextlib
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from rich.console import Console

from plugins.desk.finding import Finding, findings
from plugins.desk.project import Project
from plugins.desk.takeover.pictures import Pictures
from plugins.desk.takeover.wishes import Ask, Choices, Refused
from plugins.desk.words import _, counted, say
from plugins.desk.writing.new import slug
from plugins.importing import archive, manuscript, webpage, words
from plugins.importing.archive import Archive
from plugins.importing.calendar import Calendar, Unclear
from plugins.importing.fetching import Fetcher, NotFetched
from plugins.importing.found import Found, Unreadable
from plugins.importing.matching import Matched, matched
from plugins.importing.sources import LIMIT, Reader
from plugins.newsroom import Fault, Faults
from plugins.reading.checking import check
from plugins.reading.masthead.masthead import Masthead

MOST_FILES = 10_000
TRIES = 3
NOW_READ = ""
"""The path of a release that was found in this run, and has no file yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A release on its way into the content: the folder that it shall have, and its text."""

    release: Matched
    folder: str
    text: str

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.release.language}.md"


def run(project: Project, sources: Sequence[str], choices: Choices, ask: Ask | None) -> bool:
    """Take over what the sources hold and say what was done; answer whether nothing is left to do.

    With `ask` None nobody can be asked. Raises Refused if the choices can't be followed; then nothing is written.
    """
    masthead = _masthead(project)
    desk = _Desk(project, masthead, choices, ask, Fetcher(LIMIT))
    found = list(desk.found(desk.opened(sources)))
    certain = desk.dated(found)
    if certain:
        desk.write(certain)
    desk.tell()
    return desk.left == 0


def redirects(project: Project) -> list[tuple[str, str]]:
    """Answer the old and the new address of each public release that was taken over. Raises Refused."""
    return archive.redirects(project.content, _masthead(project), project.now)


class _Desk:
    """One run of the command: what it counts, and what it has said."""

    def __init__(
        self, project: Project, masthead: Masthead, choices: Choices, ask: Ask | None, fetcher: Fetcher
    ) -> None:
        self.project, self.masthead, self.choices, self.ask, self.fetcher = project, masthead, choices, ask, fetcher
        self.calendar = Calendar(masthead.timezone, masthead.languages)
        _check_choices(choices, masthead, ask)
        kinds = [text for kind in masthead.types.values() for _language, text in kind.label.texts]
        self.reader = Reader(calendar=self.calendar, kinds=kinds, rules=_rules(project, choices))
        self.pictures = Pictures(self.fetcher, masthead, choices, ask, self.leave)
        self.archive = Archive.of(project.content, masthead.languages)
        self.made = self.known = self.left = 0

    def opened(self, sources: Sequence[str]) -> Iterator[tuple[str, bytes, str]]:
        """Answer each source's name, bytes and address; what can't be opened is told."""
        for source in sources:
            if source.startswith(("http://", "https://")):
                try:
                    yield source, self.fetcher.fetch(source), source
                except NotFetched as error:
                    self.leave(_("{source} could not be fetched ({why}).", source=source, why=error))
                continue
            for file in self._files(self.project.given(Path(source))):
                try:
                    with file.open("rb") as stream:
                        yield self.project.shown(file), stream.read(LIMIT + 1), ""
                except OSError as error:
                    why = error.strerror or "?"
                    self.leave(_("{source} can't be opened ({why}).", source=self.project.shown(file), why=why))

    def _files(self, name: Path) -> list[Path]:
        if not name.is_dir():
            return [name]
        files = sorted(file for file in name.rglob("*") if file.is_file() and not file.name.startswith("."))
        if len(files) > MOST_FILES:
            sentence = _("{folder} has more than {number} files; take over one part at a time.")
            raise Refused(sentence.format(folder=name, number=MOST_FILES))
        return files

    def found(self, opened: Iterator[tuple[str, bytes, str]]) -> Iterator[Found]:
        """Answer the releases that aren't here yet, those that are whole before teasers."""
        read: list[Found] = []
        for name, data, address in opened:
            try:
                read += self.reader.read(data, name, self.choices.address or address)
            except Unreadable as error:
                self.leave(self._line(error.fault))
        whole = [one for one in read if not one.is_teaser]
        if len(whole) != 1 and (self.choices.published or self.choices.address):
            sentence = _("--published and --address are for one release at a time; here are {number}.")
            raise Refused(sentence.format(number=len(whole)))
        if self.choices.address:
            read = [one if one.is_teaser else replace(one, address=self.choices.address) for one in read]
        for one in sorted(read, key=lambda one: (one.is_teaser, isinstance(one.published, Unclear))):
            if path := self.archive.path(one):
                self.known += 1
                say(_("{file} is here already; left as it is ({source}).", file=self._shown(path), source=one.source))
            elif path == NOW_READ:
                say(_("{source}: “{title}” came from another source just now.", source=one.source, title=one.title))
            elif one.is_teaser and not self.choices.teasers:
                say(_("“{title}” has headline and lead only; --teasers takes it over too.", title=one.title))
            else:
                yield one
                self.archive.add(one, NOW_READ)  # the same release may be in several sources

    def dated(self, found: Sequence[Found]) -> list[tuple[Found, datetime]]:
        """Answer the releases whose time is certain, given or asked for; the others are told."""
        given = self._given_time()
        certain = []
        for one in found:
            if isinstance(one.published, datetime):
                certain.append((one, one.published))
            elif given and not one.is_teaser:
                certain.append((one, given))
            elif at := self._asked_time(one, words.reason(one.published, self.project.language)):
                certain.append((one, at))
        return certain

    def _given_time(self) -> datetime | None:
        if not self.choices.published:
            return None
        given = self.calendar.read(self.choices.published)
        if isinstance(given, Unclear):
            raise Refused(words.reason(given, self.project.language) + ".")
        return given

    def _asked_time(self, one: Found, why: str) -> datetime | None:
        """Ask when the release was published, a few times; None, which is told, if there is no answer."""
        for _try in range(TRIES):
            if self.ask is None:
                break
            say(f"{one.source}: “{one.title}”: {why}.")
            written = self.ask(_("When was it published, like 2031-05-04 10:00? (Enter: leave it out)"))
            answer = self.calendar.read(written)
            if isinstance(answer, datetime):
                return answer
            if not written:
                break
            why = words.reason(answer, self.project.language)
        sentence = _("{source}: “{title}” is left: {why}. Give --published.")
        self.leave(sentence.format(source=one.source, title=one.title, why=why))
        return None

    def write(self, certain: Sequence[tuple[Found, datetime]]) -> None:
        """Write the releases, and move each whole into the content; one that the check finds faults in as a draft."""
        project = self.project
        project.private.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=project.private, prefix="import-") as folder:
            content = Path(folder) / "content"
            shutil.copytree(project.content, content, copy_function=_linked, ignore_dangling_symlinks=True)
            taken = [self._taken(one, at, content) for one, at in certain]
            # among the others, so that what it says is what `press check` will say
            with Console(stderr=True).status(_("Checking …")) if sys.stderr.isatty() else contextlib.nullcontext():
                faults = check(content, now=project.now, cache=project.private / "cache", url=project.url)
            for one in taken:
                mine = [fault for fault in faults if fault.source == one.path]
                if mine:
                    (content / one.path).write_text(manuscript.as_draft(one.text), encoding="utf-8")
                (project.content / one.folder).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(content / one.folder, project.content / one.folder)
                self._say_taken(one, mine)

    def _taken(self, found: Found, at: datetime, content: Path) -> Taken:
        """Write the release in the newsroom's words into a folder of its own, with its pictures."""
        local = at.astimezone(self.masthead.timezone)
        release = matched(found, local, self.masthead, type=self.choices.type, language=self.choices.language)
        folder = _free_folder(content, f"releases/{local.year}/{slug(found.title) or found.id}")
        (content / folder).mkdir(parents=True)
        shown = list(self.pictures.put(release, content / folder)) if self.choices.images else []
        text = manuscript.written(release, self.project.now.astimezone(self.masthead.timezone), shown)
        taken = Taken(release=release, folder=folder, text=text)
        (content / taken.path).write_text(text, encoding="utf-8")
        return taken

    def _say_taken(self, one: Taken, faults: Sequence[Fault]) -> None:
        found = one.release.found
        say(_("{file}: taken over from {source}.", file=self._shown(one.path), source=found.source))
        for doubt in one.release.doubts:
            say(f"  {self._line(doubt)}")
        if found.pictures and not self.choices.images:
            number = len(found.pictures)
            left = counted("{number} picture left out (--images).", "{number} pictures left out (--images).", number)
            say(f"  {left}")
        for finding in findings(self.project, faults):
            say(f"  {finding}")
        if faults:
            say("  " + _("It is a draft until this is filled in; then take away the # before published."))
            self.left += 1
        else:
            self.made += 1

    def tell(self) -> None:
        """Say how it went, in numbers."""
        counts = {"made": self.made, "known": self.known, "left": self.left}
        say(_("{made} taken over, {known} here already, {left} with something left to do.").format(**counts))

    def leave(self, sentence: str) -> None:
        """Say what could not be taken over."""
        self.left += 1
        say(sentence, error=True)

    def _line(self, doubt: Fault) -> str:
        return _line(doubt, self.project.language)

    def _shown(self, path: str) -> str:
        return self.project.shown(self.project.content / path)


def _line(doubt: Fault, language: str) -> str:
    return str(Finding(file=doubt.source, line=doubt.line, sentence=words.sentence(doubt, language)))


def _masthead(project: Project) -> Masthead:
    masthead = project.masthead()
    if masthead is None:
        raise Refused(_("newsroom.yaml has faults; ./press check tells them."))
    return masthead


def _check_choices(choices: Choices, masthead: Masthead, ask: Ask | None) -> None:
    """Raise Refused for a choice that newsroom.yaml doesn't have, and for pictures without rights."""
    listed: list[tuple[str, str, Collection[str]]] = [
        (choices.type, _("type"), masthead.types),
        (choices.language, _("language"), masthead.languages),
        (choices.terms, _("terms"), masthead.terms),
    ]
    for value, what, known in listed:
        if value and value not in known:
            sentence = _("{value} can't be used as {what}. Choose among: {choices}.")
            raise Refused(sentence.format(value=value, what=what, choices=", ".join(known)))
    if choices.images and not ask and not (choices.credit and choices.terms):
        raise Refused(_("Pictures need --credit and --terms where nobody can be asked for the rights."))


def _rules(project: Project, choices: Choices) -> webpage.Rules | None:
    if choices.rules is None:
        return None
    file = project.given(choices.rules)
    name = project.shown(file)
    try:
        return webpage.rules(file.read_bytes(), name)
    except OSError as error:
        raise Refused(_("{source} can't be opened ({why}).", source=name, why=error.strerror or "?")) from None
    except Faults as found:
        raise Refused("\n".join(_line(fault, project.language) for fault in found.faults)) from None


def _free_folder(content: Path, name: str) -> str:
    """Answer the folder, or the first with a number after it that isn't there yet."""
    folders = (name if number == 1 else f"{name}-{number}" for number in itertools.count(1))
    return next(folder for folder in folders if not (content / folder).exists())


def _linked(file: str, copy: str) -> None:
    """Link a file instead of copying it, where the disk can: an archive is large."""
    try:
        os.link(file, copy)
    except OSError:
        shutil.copy2(file, copy)
