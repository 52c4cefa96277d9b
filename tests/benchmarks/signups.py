"""`python -m tests.benchmarks.signups`: sign-ups a second and their times, from many readers at once, on this machine.

The whole service as it is deployed runs in a process of its own: uvicorn, forms, limits (so high that none is reached),
SQLite with full sync. The clients are in this process, so both share the machine. `/healthz`, which does next to
nothing, is measured beside it: what this machine and uvicorn can do at all.
"""

import asyncio
import json
import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
import typer
import uvicorn

from plugins.subscriptions.keys import Keys
from plugins.subscriptions.manifest import Deployed
from plugins.subscriptions.offer import Offer
from plugins.subscriptions.service.app import Service, config
from plugins.subscriptions.service.gate import Limits
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.nouns import a_newsroom

NO_LIMITS = Limits(**dict.fromkeys(("network", "domain", "calm", "most"), "1000000/second"))


def settings_in(state: Path) -> Settings:
    return Settings.from_environment({"LIST_STATE": str(state)})


def serve(state: Path, listening: socket.socket, stopping: Event) -> None:
    """Run the service until told to stop; in a process of its own."""
    settings = settings_in(state)
    offer = Offer.of(a_newsroom()).json()
    site = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, content=offer)))
    store = Store.open(settings)
    service = Service.of(settings, store, site=Deployed(settings.site, site), limits=NO_LIMITS)
    server = uvicorn.Server(config(service.app))

    async def run() -> None:
        serving = asyncio.create_task(server.serve([listening]))
        while not stopping.is_set():
            await asyncio.sleep(0.05)
        server.should_exit = True
        await serving

    asyncio.run(run())
    store.close()


async def ask(port: int, request: Callable[[int], bytes], clients: int, each: int) -> tuple[float, list[float]]:
    """Let each client send requests one after the other, over one connection. Answer seconds in all, and of each."""
    times: list[float] = []

    async def client(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for turn in range(each):
            began = time.perf_counter()
            writer.write(request(number * each + turn))
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"The service answers {head.splitlines()[0].decode()}")
            length = next(line for line in head.lower().splitlines() if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            times.append(time.perf_counter() - began)
        writer.close()
        await writer.wait_closed()

    began = time.perf_counter()
    work: list[Coroutine[Any, Any, None]] = [client(number) for number in range(clients)]
    await asyncio.gather(*work)
    return time.perf_counter() - began, times


def sign_up(token: str) -> Callable[[int], bytes]:
    def request(number: int) -> bytes:
        body = urlencode({"email": f"reader{number}@example.test", "language": "sv", "token": token}).encode()
        return (
            b"POST /lista/subscribe HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body)
        ) + body

    return request


def health(number: int) -> bytes:
    return b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def result(what: str, seconds: float, times: list[float]) -> dict[str, Any]:
    times.sort()
    return {
        "what": what,
        "requests": len(times),
        "per_second": round(len(times) / seconds, 1),
        "p50_ms": round(statistics.median(times) * 1000, 1),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 1),
    }


def measure(
    clients: Annotated[int, typer.Option(min=1, max=500, help="How many ask at the same time.")] = 200,
    each: Annotated[int, typer.Option(min=1, max=100, help="How often each of them asks.")] = 5,
) -> None:
    """Measure, and print one JSON object a line. `stored` is how many readers the database holds when all is done."""
    with tempfile.TemporaryDirectory(prefix="list-bench-") as folder, socket.socket() as listening:
        state = Path(folder)
        Store.migrate(settings_in(state))
        listening.bind(("127.0.0.1", 0))
        listening.listen(1_024)
        port = listening.getsockname()[1]
        spawning = multiprocessing.get_context("fork")
        stopping = spawning.Event()
        process = spawning.Process(target=serve, args=(state, listening, stopping), daemon=True)
        process.start()
        try:
            _wait(port)
            settings = settings_in(state)
            token = Keys(settings.secrets, settings.pepper).form_token(datetime.now(UTC) - timedelta(minutes=1))
            print(json.dumps(result("healthz", *asyncio.run(ask(port, health, clients, each)))))
            began = time.perf_counter()
            found = result("sign-up", *asyncio.run(ask(port, sign_up(token), clients, each)))
        finally:
            stopping.set()
            process.join(60)
        store = Store.open(settings)
        stored = sum(store.subscribers.count().values())
        store.close()
        print(json.dumps({**found, "stored": stored, "until_stored_s": round(time.perf_counter() - began, 1)}))


def _wait(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise SystemExit("The service doesn't answer.")


if __name__ == "__main__":
    typer.run(measure)
