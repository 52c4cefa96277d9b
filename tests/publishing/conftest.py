"""Real servers on this machine: sshd with rsync, an S3 store, nginx and Caddy. What isn't installed is skipped."""

import contextlib
import http.server
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import unquote

import pytest

from plugins.newsroom import Site


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def program(name):
    """Answer where a program is, also among those of the system; skip the test if it isn't installed."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextlib.contextmanager
def running(*command, port, log, folder=None, environment=None):
    """Run a server until the test is done; it is up when the port answers."""
    with log.open("ab") as said:
        server = subprocess.Popen(
            [str(part) for part in command],
            stdout=said,
            stderr=said,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, **(environment or {})},
        )
    try:
        deadline = time.monotonic() + 30
        while True:
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        yield server
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(10)


@pytest.fixture(scope="session")
def ssh(tmp_path_factory):
    """Answer the ssh command that reaches an sshd of this session's own."""
    sshd, keygen = program("sshd"), program("ssh-keygen")
    program("rsync")
    folder = tmp_path_factory.mktemp("sshd")
    for key in ("host", "user"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True, timeout=30)
    port = free_port()
    (folder / "authorized_keys").write_bytes((folder / "user.pub").read_bytes())
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        # connections that aren't let in yet; tests open many
        "MaxStartups 100\n"
    )
    (folder / "known").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # a system that starts sshd itself has it
    (folder / "client").write_text(
        f"BatchMode yes\nIdentitiesOnly yes\nIdentityFile {folder}/user\nUserKnownHostsFile {folder}/known\n"
        f"Port {port}\nLogLevel ERROR\nKexAlgorithms curve25519-sha256\n"
    )
    with running(sshd, "-D", "-e", "-f", folder / "config", port=port, log=folder / "log"):
        yield f"{program('ssh')} -F {folder}/client"


@pytest.fixture
def restricted(ssh):
    """Answer a function that lets the key do nothing but rsync below a folder, until the end of the test."""
    keys = Path(ssh.rpartition(" ")[2]).with_name("authorized_keys")
    whole = keys.read_text()

    def restrict(folder):
        folder.mkdir(exist_ok=True)
        keys.write_text(f'restrict,command="{program("rrsync")} {folder}" {whole}')
        return folder

    yield restrict
    keys.write_text(whole)


@pytest.fixture(scope="session")
def s3_address(tmp_path_factory):
    """Answer the address of an S3 store that lives as long as the session."""
    port = free_port()
    log = tmp_path_factory.mktemp("s3") / "log"
    server = [sys.executable, "-c", "from moto.server import main; import sys; main(sys.argv[1:])"]
    with running(*server, "-H", "127.0.0.1", "-p", str(port), port=port, log=log):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def host():
    """A web server on this machine: its files, what was asked for, and its site.

    A file is bytes, a status, a status with bytes, or a list of such, which are answered in turn.
    """
    held, asked = {}, []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            path = unquote(self.path.removeprefix("/"))
            asked.append(path)
            found = held.get(f"{path}index.html" if path.endswith("/") or not path else path, 404)
            if isinstance(found, list):
                found = found.pop(0) if len(found) > 1 else found[0]
            status, data = {int: lambda f: (f, b""), bytes: lambda f: (200, f), tuple: lambda f: f}[type(found)](found)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield held, asked, Site(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()
    thread.join(10)
