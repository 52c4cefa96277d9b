"""`press publish`: build, gates, deploy, a look at what readers get, and a word to the list. In that order, alone, and
safe to do again: whatever cut the last one short, this finds what is left by looking at the host and in the dock.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin

import httpx

from plugins.desk.building import build
from plugins.desk.finding import Finding
from plugins.desk.project import Project
from plugins.desk.publishing import approval
from plugins.desk.publishing.canary import Heard
from plugins.desk.publishing.effects import Effects
from plugins.desk.publishing.hidden import coming_faults, secrets
from plugins.desk.publishing.host import Host, RolledBack, Settled, much_is_kept
from plugins.desk.publishing.telling import Untold, tell_list
from plugins.desk.words import _
from plugins.edition.record import RECORD as BUILT
from plugins.newsroom import Fault
from plugins.publishing import memory
from plugins.publishing.gates import Passage, Secret, Verdict, judged
from plugins.publishing.manifest import UNKNOWN, Manifest
from plugins.publishing.memory import Memory, recall, years_in
from plugins.publishing.plan import Plan
from plugins.publishing.shipment import Shipment
from plugins.publishing.targets.folder import name_of
from plugins.publishing.targets.target import carried
from plugins.publishing.trouble import Trouble
from plugins.publishing.verification import PATIENCE, Verification, verify
from plugins.publishing.words import line
from plugins.reading.masthead.masthead import Masthead

NOTICES = "notices.json"
AGAIN = 30.0
"""Seconds between two looks at what hasn't arrived, when it is waited for longer than usual."""


class Result(StrEnum):
    """What came of it. `HELD`: a gate asks somebody to say yes. `UNSEEN`: it was sent, and readers don't get it."""

    NOTHING = "nothing"
    PLANNED = "planned"
    PUBLISHED = "published"
    UNBUILT = "unbuilt"
    STOPPED = "stopped"
    HELD = "held"
    UNSEEN = "unseen"


WELL = {Result.NOTHING, Result.PLANNED, Result.PUBLISHED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What whoever publishes says beforehand. `wait` is for how many minutes what hasn't arrived is
    looked for; None = as long as hosts usually take."""

    dry_run: bool = False
    yes: bool = False
    first: bool = False
    wait: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`faults` are what stopped it or wasn't as it should be, `asks` what somebody must say yes to, `tells` what is
    worth knowing; each a sentence. `findings` are faults in the content. `looked_at` counts addresses.
    """

    result: Result
    seconds: float = 0
    findings: tuple[Finding, ...] = ()
    faults: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    effects: Effects | None = None
    looked_at: int = 0

    @property
    def is_well(self) -> bool:
        return self.result in WELL and not self.faults

    def heard(self, heard: Heard) -> "Outcome":
        """Answer the outcome with what the canary heard of it."""
        return replace(self, faults=(*self.faults, *heard.faults), tells=(*self.tells, *heard.tells))

    @property
    def sentences(self) -> tuple[str, ...]:
        """Answer all that is wrong."""
        return (*map(str, self.findings), *self.faults, *self.asks)

    def as_json(self) -> dict[str, Any]:
        return {
            "result": self.result.value,
            "seconds": round(self.seconds, 2),
            "content": [finding.as_json() for finding in self.findings],
            "faults": list(self.faults),
            "asks": list(self.asks),
            "tells": list(self.tells),
            "effects": self.effects.as_json() if self.effects else None,
            "looked_at": self.looked_at,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Been:
    """What the host had before what it has now, by the name of its folder; and when it was last looked through."""

    before: str
    at: float


@dataclass(frozen=True, kw_only=True)
class Publishing:
    """One run of it. `step` is told what is done now, in words."""

    project: Project
    masthead: Masthead
    host: Host
    wishes: Wishes
    client: httpx.Client
    step: Callable[[str], None] = lambda what: None
    begun: float = field(default_factory=time.monotonic)

    def run(self) -> Outcome:
        """Publish what is due, and answer what came of it. Raises Trouble if the host can't be reached or refuses."""
        with self.host.dock.alone():
            self.step(_("Building …"))
            built = build.run(self.project)
            if not built.succeeded:
                return self._outcome(Result.UNBUILT, findings=built.findings)
            return self._publish()

    @much_is_kept()
    def tidy(self) -> None:
        """Put away what is left of the work and make the next one quick. Nobody waits for it, and what it leaves
        undone the next publishing does.
        """
        with suppress(Trouble, OSError), self.host.dock.alone():
            self.host.target.tidy()
            self.host.dock.tidy()
            kept = (each.manifest for each in (self.host.dock.current, self.host.dock.earlier) if each)
            self.host.leads.forget(*kept)

    @much_is_kept()
    def _publish(self) -> Outcome:
        host = self.host
        known = host.known
        if known and known.built == self._built():
            return self._outcome(Result.NOTHING, tells=tuple(self._tell(known.notices)))
        self.step(_("Comparing with what is public …"))
        held = host.held(known)
        now = time.time() if known is None else known.at
        shipment = self._packed(held, is_known=known is not None)
        plan = Plan.of(held, shipment.manifest)
        if plan.is_empty:
            been = _Been(before=held.before, at=now)
            return self._finish(shipment, been) if self._is_unfinished(shipment) else self._nothing(shipment, been)
        rolled_back = self._taken_back(held)
        if rolled_back and rolled_back.wrong == shipment.manifest.digest and not self.wishes.yes:
            return self._outcome(Result.NOTHING, tells=(_held_back(),))
        before, after = self._remembered(held, shipment), Memory.of_shipment(shipment)
        hidden = tuple(secrets(self.project, self.masthead, after.addresses))
        verdict = self._judged(shipment, plan, before, after, hidden)
        effects = Effects.of(plan, shipment, before, after, host.public(held, [NOTICES]))
        asks = (*self._lines(verdict.asks), *((_held_back(),) if rolled_back else ()))
        tells = (*self._lines(verdict.tells), *((_lost(before.lost),) if before.lost else ()))
        told = {"asks": asks, "tells": tells, "effects": effects}
        if stops := (*self._lines(verdict.stops), *self._unapproved(effects)):
            return self._outcome(Result.STOPPED, faults=stops, **told)
        if self.wishes.dry_run:
            return self._outcome(Result.PLANNED, **told)
        if asks and not self.wishes.yes:
            return self._outcome(Result.HELD, **told)
        host.note_settled(None)
        self._deploy(shipment, plan)
        was = known.edition if known else held.digest
        been = _Been(before=name_of(was) if held.files else "", at=now)
        return self._finish(shipment, been, tells, effects, hidden)

    def _packed(self, held: Manifest, *, is_known: bool) -> Shipment:
        rules = self.host.rules(self.project)
        written = json.loads((self.project.output / BUILT).read_bytes())
        extra = {**carried(self.host.target, held, [*written, *rules]), **rules}
        return self.host.dock.prepare(
            self.project.output, compressed=self.host.is_compressed, extra=extra, is_known=is_known
        )

    def _taken_back(self, held: Manifest) -> RolledBack | None:
        """Answer the rollback that nothing has been published after: one from here, or from another machine."""
        now = self.host.dock.current
        if now and now.manifest.files != held.files:
            earlier = self.host.dock.earlier
            if earlier and earlier.manifest.files == held.files:
                return RolledBack(wrong=now.manifest.digest, right=held.digest)
        return self.host.rolled_back

    def _remembered(self, held: Manifest, shipment: Shipment) -> Memory:
        paths = [*years_in(held.files), *years_in(shipment.manifest.files)]
        return recall(self.host.site, paths, self.host.copy, self.client, first=self.wishes.first)

    def _judged(
        self, shipment: Shipment, plan: Plan, before: Memory, after: Memory, hidden: tuple[Secret, ...]
    ) -> Verdict:
        self.step(_("Looking through what is to be sent …"))
        settled = self.host.dock.current
        return judged(
            Passage(
                shipment=shipment,
                plan=plan,
                before=before,
                after=after,
                site=self.host.site,
                secrets=hidden,
                now=self.project.now,
                right=settled.manifest if settled else Manifest(),
                leads=self.host.leads,
            )
        )

    def _unapproved(self, effects: Effects) -> Iterator[str]:
        changed = [change for change, _title in effects.releases]
        return approval.lacking(self.project, changed, self.masthead.languages)

    def _deploy(self, shipment: Shipment, plan: Plan) -> None:
        of, done = len(plan.uploads) + len(plan.removals), 0

        def sent(path: str) -> None:
            nonlocal done
            done += 1
            self.step(_("Sending {done} of {of} …", done=done, of=of))

        self.host.target.deploy(shipment, plan, sent)

    def _is_unfinished(self, shipment: Shipment) -> bool:
        """Answer whether it was sent, and something came between before it was looked at."""
        settled = self.host.dock.current
        return settled is None or settled.manifest.files != shipment.manifest.files

    def _finish(
        self,
        shipment: Shipment,
        been: "_Been",
        tells: tuple[str, ...] = (),
        effects: Effects | None = None,
        hidden: tuple[Secret, ...] | None = None,
    ) -> Outcome:
        """See that readers get it, remember it, and tell the list. What isn't public yet is checked after that."""
        if self.wishes.dry_run:
            return self._outcome(Result.PLANNED, tells=(_("it is sent; what is left is to see that it arrived"),))
        seen = look(self.host, shipment, self.client, self.wishes.wait, self.step)
        if seen.faults:
            faults = self._lines(seen.faults)
            tells = (*tells, _by_hand(self.host) if self.host.kind == "list" else _way_back())
            return self._outcome(Result.UNSEEN, faults=faults, tells=tells, effects=effects, looked_at=seen.looked_at)
        settle(self.host, shipment)
        self.host.note(None)
        told = tuple(self._tell(self._note_settled(shipment, been)))
        seconds = time.monotonic() - self.begun
        tells = (*tells, *told, *self._coming_faults(hidden))
        return self._outcome(
            Result.PUBLISHED, seconds=seconds, tells=tells, effects=effects, looked_at=seen.looked_at
        )

    def _nothing(self, shipment: Shipment, been: "_Been") -> Outcome:
        rolled_back = self.host.rolled_back
        if rolled_back and rolled_back.right == shipment.manifest.digest:
            self.host.note(None)
        return self._outcome(Result.NOTHING, tells=tuple(self._tell(self._note_settled(shipment, been))))

    def _built(self) -> str:
        """Answer what stands for all that was built."""
        return sha256((self.project.output / BUILT).read_bytes()).hexdigest()

    def _note_settled(self, shipment: Shipment, been: "_Been") -> str:
        """Note that the host has what was built, unless that was taken back; answer its notices' digest, "" if none."""
        notices = shipment.manifest.files.get(NOTICES, UNKNOWN).sha256
        version = self.host.target.version()
        if version and not self.wishes.dry_run and not self.host.rolled_back:
            self.host.note_settled(
                Settled(
                    built=self._built(),
                    version=version,
                    docked=self.host.dock.version,
                    edition=shipment.manifest.digest,
                    before=been.before,
                    notices=notices,
                    at=been.at,
                )
            )
        return notices

    def _tell(self, notices: str) -> Iterator[str]:
        """Tell the list of notices that it hasn't been told of; answer why it couldn't be."""
        service = self.masthead.subscription_endpoint
        if self.wishes.dry_run or not service or not notices or notices == self.host.told:
            return
        self.step(_("Telling the list …"))
        try:
            tell_list(urljoin(self.host.site.absolute(""), service), self.client)
        except Untold as error:
            yield _("the list could not be told, and will be next time: {why}", why=error)
        else:
            self.host.note_told(notices)

    def _coming_faults(self, hidden: tuple[Secret, ...] | None) -> Iterator[str]:
        """Answer that something which is to be public later would stop its own publishing."""
        hidden = tuple(secrets(self.project, self.masthead)) if hidden is None else hidden
        if hidden:
            self.step(_("Checking what isn't public yet …"))
            count = len(coming_faults(self.project, hidden))
            if count:
                yield _("{count} faults in texts that aren't public yet; see ./press check", count=count)

    def _lines(self, faults: tuple[Fault, ...]) -> tuple[str, ...]:
        return tuple(line(fault, self.project.language) for fault in faults)

    def _outcome(self, result: Result, **told: Any) -> Outcome:
        return Outcome(**{"result": result, "seconds": time.monotonic() - self.begun, **told})


def look(
    host: Host, shipment: Shipment, client: httpx.Client, minutes: float | None, step: Callable[[str], None]
) -> Verification:
    """Answer whether readers get all that has changed since the last edition that was looked at from here."""
    step(_("Looking at what readers get …"))
    settled = host.dock.current
    since = Plan.of(settled.manifest if settled else Manifest(), shipment.manifest)
    return verify(host.site, shipment, since, client, () if host.kind == "list" else patience(minutes))


def patience(minutes: float | None) -> tuple[float, ...]:
    """Answer the pauses between looks, in seconds; None = as long as hosts and caches usually take."""
    if minutes is None:
        return PATIENCE
    pauses: list[float] = []
    for pause in (*PATIENCE, *[AGAIN] * round(minutes * 60 / AGAIN)):
        if sum(pauses) + pause > minutes * 60:
            break
        pauses.append(pause)
    return tuple(pauses)


def settle(host: Host, shipment: Shipment) -> None:
    """Remember that readers get this edition. The last step is what says that all are done."""
    host.target.confirm(shipment)
    memory.keep(shipment, host.copy)
    host.dock.settle(shipment)


def _held_back() -> str:
    return _("an edition was taken back by ./press rollback; say yes when what was wrong is mended")


def _lost(why: str) -> str:
    return _("the live site can't be asked what is public, so a copy says it: {why}", why=why)


def _way_back() -> str:
    return _("./press rollback brings back the edition before")


def _by_hand(host: Host) -> str:
    place = host.address.partition(":")[2]
    return _("upload what lies in {folder}, in the order of its names, and publish again", folder=place)
