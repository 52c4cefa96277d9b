"""The reader's whole path in a real browser: from the built site's form to the last page, script on and off."""

import contextlib
import shutil
import socket
import threading
import time
from datetime import UTC, datetime

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe

from plugins.desk.server import Site, application
from plugins.subscriptions.keys import Address, Keys
from plugins.subscriptions.manifest import Deployed, own_client
from plugins.subscriptions.reader import Choice, Consent, Frequency, ReaderState
from plugins.subscriptions.service.app import Service, config
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.building import PROJECT, build
from tests.site.test_browser import TAGS
from tests.subscriptions.service.conftest import GENEROUS, rows

ANNA = "anna@example.test"
PATIENCE = 30_000


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Answer the agency's own site, built with an open list below it."""
    root = tmp_path_factory.mktemp("site")
    shutil.copytree(PROJECT / "content", root / "content")
    newsroom = root / "content" / "newsroom.yaml"
    written = newsroom.read_text("utf-8")
    newsroom.write_text(written.replace("\nsubscription:\n", "\nsubscription:\n  endpoint: /lista\n"), "utf-8")
    return build(root / "content", root / "output")


class PressRoom:
    """The site and the service at one address, as behind one proxy."""

    def __init__(self, folder, state, port, **changes):
        base = f"http://localhost:{port}/"
        environment = {"LIST_STATE": str(state), "LIST_SITE": base, "LIST_SERVICE": f"{base}lista/", **changes}
        self.settings = Settings.from_environment(environment)
        self.base = self.settings.service
        self.store = Store.open(self.settings)
        self.keys = Keys(self.settings.secrets, self.settings.pepper)
        self.client = own_client()
        deployed = Deployed(self.settings.site, self.client)
        self.service = Service.of(self.settings, self.store, site=deployed, limits=GENEROUS, pause=0)
        self._site = application(Site(folder))

    async def __call__(self, scope, receive, send):
        app = self.service.app if scope["path"].startswith("/lista/") else self._site
        await app(scope, receive, send)

    def reader(self, email=ANNA):
        return self.store.subscribers.by_mark(self.keys.mark(Address.of(email, test=True)))

    def sign_up(self):
        """Let Anna have asked elsewhere."""
        now, address = datetime.now(UTC), Address.of(ANNA, test=True)
        choice, consent = Choice(language="sv"), Consent(at=now, wording="x", source="form")
        mark = self.keys.mark(address)
        self.store.subscribers.sign_up(address, mark, mark, choice, consent, now)

    def waited_for(self, email=ANNA):
        """Answer the reader, once the sign-up has been stored."""
        assert self.service.afterwards.settle()
        return self.reader(email)

    def confirm_link(self):
        reader = self.waited_for()
        return f"{self.base}confirm/{self.keys.confirm_token(reader.number, reader.generation, reader.requested_at)}"

    def leave_link(self):
        return f"{self.base}leave/{self.keys.leave_token(self.reader().number)}"

    def manage_link(self):
        return f"{self.base}manage/{self.keys.manage_token(self.reader().number, self.service_now())}"

    def service_now(self):
        return self.reader().requested_at


@pytest.fixture
def press_room(site, tmp_path, empty_database):
    with contextlib.ExitStack() as closing:

        def start(**changes):
            shutil.copy(empty_database, tmp_path / "list.sqlite")
            listening = closing.enter_context(socket.socket())
            listening.bind(("127.0.0.1", 0))
            room = PressRoom(site, tmp_path, listening.getsockname()[1], **changes)
            settings = config(room)
            settings.lifespan = "off"
            server = uvicorn.Server(settings)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
            thread.start()
            closing.callback(thread.join, 10)
            closing.callback(setattr, server, "should_exit", True)
            deadline = time.monotonic() + 10
            while not server.started and time.monotonic() < deadline:
                time.sleep(0.01)
            closing.callback(room.store.close)
            closing.callback(room.client.close)
            closing.callback(room.service.stop)
            room.service.start()
            assert room.service.offers.refresh()
            return room

        yield start


@contextlib.contextmanager
def visiting(browser, room, **options):
    """Open a browser of somebody's own. Nothing may be complained of, and nobody else be asked."""
    context = browser.new_context(locale="sv-SE", **options)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    # a request that the browser gives up because the page is left is nobody's fault
    page.on(
        "requestfailed",
        lambda request: "ERR_ABORTED" in (request.failure or "") or complaints.append(f"failed: {request.url}"),
    )
    page.on("request", lambda request: request.url.startswith(room.settings.site) or complaints.append(request.url))
    yield page
    assert complaints == []
    context.close()


def heading(page, text):
    page.wait_for_selector(f"h1:has-text('{text}')")


def test_with_script_it_takes_one_form_and_one_click_in_the_letter(browser, press_room):
    room = press_room()
    with visiting(browser, room) as page:
        page.goto(f"{room.settings.site}prenumerera/")
        with page.expect_response(lambda answer: answer.url.endswith("/lista/token")):
            page.click("summary")
        page.get_by_label("Ett mejl om dagen").check()
        page.get_by_label("Medicinteknik", exact=True).check()
        page.type("#email", ANNA, delay=100)  # nobody writes an address in less than a second
        page.keyboard.press("Enter")
        heading(page, "Titta i din inkorg")
        reader = room.waited_for()
        assert (reader.choice.frequency, reader.choice.topics) == (Frequency.DAILY, {"keyword:medicinteknik"})
        page.goto(room.confirm_link())
        heading(page, "Du är med på listan")  # the page has pressed its button itself
        assert room.reader().state is ReaderState.ACTIVE
        assert page.context.cookies() == []
        page.goto(room.leave_link())
        heading(page, "Vill du avsluta")
        page.click("button")
        heading(page, "Du har lämnat listan")
        assert room.reader() is None


def test_without_script_it_takes_two_clicks_more_and_works(browser, press_room):
    room = press_room()
    with visiting(browser, room, java_script_enabled=False) as page:
        page.goto(f"{room.settings.site}prenumerera/")
        page.fill("#email", ANNA)
        page.click("form button")
        heading(page, "Ett klick till")
        page.wait_for_timeout(1_100)
        page.click("form button")
        heading(page, "Titta i din inkorg")
        page.goto(room.confirm_link())
        heading(page, "Bekräfta")
        assert room.reader().state is ReaderState.PENDING
        page.click("form button")
        heading(page, "Du är med på listan")
        page.goto(room.manage_link())
        heading(page, "Din prenumeration")
        page.get_by_label("Ett mejl i veckan").check()
        page.get_by_label("Tillsyn", exact=True).check()
        page.click("button:has-text('Spara')")
        page.wait_for_selector("[role=status]")
        assert page.get_by_label("Tillsyn", exact=True).is_checked()
        assert room.reader().choice.frequency is Frequency.WEEKLY
        page.click("button:has-text('Radera')")
        heading(page, "Raderat")
        assert ANNA not in str(rows(room.settings.database))


def test_a_scanner_that_runs_scripts_changes_nothing(browser, press_room):
    """It opens every link in the letter in a browser of its own, which hasn't asked for anything."""
    room = press_room()
    room.sign_up()
    before = rows(room.settings.database)
    with visiting(browser, room) as page:
        for link in (room.confirm_link(), room.leave_link(), f"{room.base}manage"):
            page.goto(link, wait_until="networkidle")
            page.mouse.move(200, 200)
            page.wait_for_timeout(300)
    assert rows(room.settings.database) == before


def test_a_browser_proves_that_it_works_for_it(browser, press_room):
    room = press_room(LIST_PROOF_OF_WORK="yes")
    with visiting(browser, room) as page:
        page.goto(f"{room.base}subscribe")
        page.type("#email", ANNA, delay=100)
        page.keyboard.press("Enter")
        heading(page, "Titta i din inkorg")  # the sum is solved, and the form sent
        assert room.waited_for().state is ReaderState.PENDING


def test_everyone_can_read_every_page(browser, press_room):
    """WCAG 2.2 AA on each page, light and dark, on a phone and on a desk; nothing sticks out."""
    room = press_room()
    room.sign_up()
    confirm, leave, manage = room.confirm_link(), room.leave_link(), room.manage_link()
    token = room.keys.form_token(room.service_now())
    number = room.reader().number
    gone = f"{room.base}confirm/{room.keys.confirm_token(99, 1, room.service_now())}"
    context = browser.new_context(locale="sv-SE", reduced_motion="reduce", java_script_enabled=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    faults = []

    def look(name):
        # colours don't depend on the width, nor widths on the colours
        for scheme, width in (("light", 360), ("dark", 1280)):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
            faults.extend((name, scheme, width, each["id"], each["nodes"][0]["html"]) for each in found)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append((name, scheme, width, "sticks out"))

    def send(form, **fields):
        """Post a form as a page does."""
        page.goto(f"{room.base}subscribe")
        page.evaluate(
            """([action, fields]) => {
                const form = Object.assign(document.createElement("form"), { method: "post", action });
                for (const [name, value] of Object.entries(fields))
                    form.append(Object.assign(document.createElement("input"), { name, value }));
                document.body.append(form);
                form.submit();
            }""",
            [form, fields],
        )
        page.wait_for_load_state("load")
        page.wait_for_timeout(100)

    page.goto(f"{room.settings.site}prenumerera/")
    page.click("summary")
    look("the site's form")
    page.goto(f"{room.base}subscribe")
    page.click("summary")
    look("form")
    send(f"{room.base}subscribe", email="anna@")
    look("not an address")
    send(f"{room.base}subscribe", email="bo@example.test", token="")
    look("one more click")
    time.sleep(1.1)
    send(f"{room.base}subscribe", email="bo@example.test", token=token)
    look("asked")
    page.goto(confirm)
    look("confirm")
    page.click("button")
    heading(page, "Du är med")
    look("confirmed")
    page.goto(manage)
    look("manage")
    page.goto(leave)
    look("leave")
    page.goto(f"{room.base}manage")
    look("asks for a link")
    send(f"{room.base}manage", email="bo@example.test", token=token)
    look("link is sent")
    for address in (gone, f"{room.base}nowhere"):
        page.goto(address)
        look(address)
    send(leave)
    look("left")
    assert room.store.subscribers.reader(number).state is ReaderState.ENDED
    send(f"{manage}/erase")
    look("erased")
    context.close()
    assert faults == []
