"""A real PostgreSQL for tests: in a temporary folder, on a socket in it, run by an ordinary user."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

QUICK = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
"""Nothing of a test has to survive a power cut; killed processes lose nothing by it."""


def binaries() -> Path | None:
    """Answer the folder of `initdb` and `pg_ctl`, None if PostgreSQL isn't installed."""
    found = [Path(which).parent] if (which := shutil.which("initdb")) else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists()), None)


@contextmanager
def server(options: str = QUICK) -> Iterator["Server"]:
    """Start a server, and end it whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="list-pg-"))
    started = Server(folder, options)
    try:
        started.make()
        started.start()
        yield started
    finally:
        started.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """One server; tests may stop and start it."""

    def __init__(self, folder: Path, options: str) -> None:
        self._bin = binaries() or Path("/nowhere")
        self._folder = folder
        self._options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=60 {options}"

    def url(self, database: str) -> str:
        """Answer the address of a database, as `LIST_DATABASE` takes it."""
        return f"postgresql://list@/{database}?host={self._folder}"

    def make(self) -> None:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self._folder, nobody.pw_uid, nobody.pw_gid)
        self._run("initdb", "-D", self._data, "-U", "list", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", self._data, "-w", "-t", "30", "-l", log, "-o", self._options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-t", "30", "-m", mode, "stop", check=False)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        # the server refuses to be run by root
        as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
        subprocess.run(
            [*as_nobody, str(self._bin / program), *arguments],
            cwd=self._folder,
            check=check,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )
