"""A service as it runs, on a database of its own, with a clock that the test winds."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlalchemy import MetaData, create_engine

from plugins.newsroom import Localized
from plugins.subscriptions.keys import Address, Keys
from plugins.subscriptions.manifest import Deployed
from plugins.subscriptions.offer import Offer, Subject
from plugins.subscriptions.reader import Choice, Consent, Reader
from plugins.subscriptions.service.app import Service
from plugins.subscriptions.service.gate import Limits
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SITE = "https://press.example.org/"
GENEROUS = Limits(network="100000/minute", domain="100000/minute", calm="100000/minute", most="100000/minute")


def words(sv: str, en: str) -> Localized:
    return Localized.of({"sv": sv, "en": en})


OFFER = Offer(
    languages=("sv", "en"),
    demonstration=False,
    publisher=words("Exempelmyndigheten", "The Example Agency"),
    publisher_url="https://www.example.org/",
    promise=words("Bara adressen behövs.", "Only the address is needed."),
    subjects=(
        Subject(key="type:nyhet", label=words("Nyheter", "News")),
        Subject(key="audience:vard", label=words("Vård", "Health care")),
        Subject(key="keyword:vatten", label=words("Vatten", "Water")),
        Subject(key="keyword:luft", label=words("Luft", "Air")),
    ),
    has_assignments=True,
    home=words(SITE, f"{SITE}en/"),
    follow=words(f"{SITE}prenumerera/", f"{SITE}en/subscribe/"),
    footer=((words("Personuppgifter", "Personal data"), words(f"{SITE}integritet/", f"{SITE}en/privacy/")),),
)


class Site:
    """The deployed press room: what it serves by path, and what it was asked for."""

    def __init__(self) -> None:
        notices = {"format": 1, "site": SITE, "demonstration": False, "publisher": {"sv": "Ex"}, "notices": []}
        self.files = {"/list.json": OFFER.json(), "/notices.json": json.dumps(notices).encode()}
        self.asked: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        found = self.files.get(request.url.path)
        return httpx.Response(200, content=found) if found is not None else httpx.Response(404)


class Browser:
    """A browser without script, or a program: keeps cookies, follows no redirects, speaks to the service directly."""

    def __init__(self, portal: BlockingPortal, app: Any, **options: Any) -> None:
        transport = httpx.ASGITransport(app, client=("192.0.2.7", 4711))
        self._portal = portal
        self._client = httpx.AsyncClient(transport=transport, base_url="https://press.example.org", **options)

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self._portal.call(partial(self._client.request, method, path, **given))

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.request("POST", path, **given)


@dataclass
class Served:
    """A running service, and what a test needs to look behind it. `later` winds the clock."""

    service: Service
    store: Store
    settings: Settings
    keys: Keys
    clock: list[datetime]
    site: Site
    portal: BlockingPortal
    client: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.browser()

    @property
    def now(self) -> datetime:
        return self.clock[0]

    def later(self, **span: float) -> None:
        self.clock[0] += timedelta(**span)

    def browser(self, **options: Any) -> Browser:
        """Answer a new browser, with no cookies."""
        return Browser(self.portal, self.service.app, **options)

    def form(self, email: str, **fields: Any) -> dict[str, Any]:
        """Answer the form as a browser with script sends it."""
        return {"email": email, "token": self.keys.form_token(self.now - timedelta(seconds=10)), **fields}

    def ask(self, email: str, **fields: Any) -> Any:
        """Sign up, and wait until what follows the answer is done."""
        answer = self.client.post("/lista/subscribe", data=self.form(email, **fields))
        assert self.service.afterwards.settle()
        return answer

    def reader(self, email: str) -> Reader | None:
        return self.store.subscribers.by_mark(self.keys.mark(Address.of(email, test=True)))

    def confirm_link(self, email: str) -> str:
        """Answer the path that the confirmation letter leads to."""
        reader = self.reader(email)
        assert reader is not None
        return f"/lista/confirm/{self.keys.confirm_token(reader.number, reader.generation, self.now)}"

    def leave_link(self, number: int) -> str:
        return f"/lista/leave/{self.keys.leave_token(number)}"

    def manage_link(self, number: int) -> str:
        return f"/lista/manage/{self.keys.manage_token(number, self.now)}"

    def subscribed(self, email: str, **choice: Any) -> int:
        """Add a reader who has confirmed, and answer their number."""
        address = Address.of(email, test=True)
        consent = Consent(at=self.now, wording="x", source="form")
        wanted = Choice(**{"language": "sv", **choice})
        assert self.store.subscribers.import_reader(address, self.keys.mark(address), wanted, consent, self.now)
        reader = self.reader(email)
        assert reader is not None
        return reader.number

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Answer every row of every table."""
        return rows(self.settings.database)


def rows(database: str) -> dict[str, list[tuple[Any, ...]]]:
    engine = create_engine(database)
    metadata = MetaData()
    with engine.connect() as connection:
        metadata.reflect(connection)
        tables = metadata.sorted_tables
        found = {table.name: [tuple(row) for row in connection.execute(table.select())] for table in tables}
    engine.dispose()
    return found


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answer a database with all its tables, made once."""
    state = tmp_path_factory.mktemp("empty")
    Store.migrate(local(state))
    return state / "list.sqlite"


def local(state: Path, **changes: Any) -> Settings:
    """Answer settings for this machine, of a service that lies below the press room."""
    environment = {"LIST_STATE": str(state), "LIST_SITE": SITE, "LIST_SERVICE": f"{SITE}lista/"}
    return replace(Settings.from_environment(environment), **changes)


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """Answer the event loop in which all services of this run answer."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def serve(tmp_path: Path, empty_database: Path, portal: BlockingPortal) -> Iterator[Any]:
    """Answer what starts services; they share one database, and all are stopped after the test."""
    shutil.copy(empty_database, tmp_path / "list.sqlite")
    started: list[Served] = []

    def start(limits: Limits = GENEROUS, **changes: Any) -> Served:
        settings = local(tmp_path, **changes)
        store = Store.open(settings)
        clock, site = [NOW], Site()
        deployed = Deployed(settings.site, httpx.Client(transport=httpx.MockTransport(site.answer)))
        service = Service.of(settings, store, site=deployed, now=lambda: clock[0], limits=limits, pause=0)
        service.offers.refresh()
        service.start()
        served = Served(
            service=service, store=store, settings=settings, keys=Keys(settings.secrets, settings.pepper),
            clock=clock, site=site, portal=portal,
        )  # fmt: skip
        started.append(served)
        return served

    yield start
    for served in started:
        served.service.stop()
        served.store.close()


@pytest.fixture
def served(serve: Any) -> Served:
    """Answer a running service with limits that no test reaches."""
    found: Served = serve()
    return found
