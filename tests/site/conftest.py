"""The built sites that the tests of this folder visit: the real content, and a sample that shows everything."""

import contextlib
import socket
import threading
import time

import pytest
import uvicorn

from plugins.desk.server import Site, application
from tests.building import PROJECT, SAMPLE, build

CONTENTS = {
    "agency": PROJECT / "content",
    "everything": SAMPLE / "everything",
    "english": SAMPLE / "english",
}


@pytest.fixture(scope="session")
def sites(tmp_path_factory):
    """Answer the output folders of all three sites by name."""
    root = tmp_path_factory.mktemp("sites")
    return {name: build(content, root / name / "output") for name, content in CONTENTS.items()}


@contextlib.contextmanager
def served(folder, base="/"):
    """Serve a built site on a free port of this machine, with the headers of `press serve`; answer its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application(Site(folder, base)), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="session")
def addresses(sites):
    """Answer where each site is served."""
    with served(sites["agency"]) as agency, served(sites["everything"]) as everything, served(
        sites["english"], "/press/"
    ) as english:
        yield {"agency": agency, "everything": everything, "english": english}
