"""The recipes for a server are believed by the programs that they are for."""

import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from plugins.subscriptions.settings import BadSettings, Settings

RECIPES = Path(__file__).parents[3] / "plugins" / "subscriptions" / "recipes"
SECRETS = {"LIST_SECRETS": "a" * 64, "LIST_PEPPER": "b" * 64, "LIST_API_SECRET": "c" * 64}


def needs(program):
    found = shutil.which(program)
    return pytest.mark.skipif(found is None, reason=f"{program} isn't installed (Debian: apt install {program})")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def environment():
    lines = (RECIPES / "list.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_settings_lack_nothing_but_secrets():
    settings = Settings.from_environment(environment() | SECRETS)
    assert settings.service.startswith(settings.site)
    with pytest.raises(BadSettings) as found:
        Settings.from_environment(environment())
    assert len(found.value.faults) == len(SECRETS)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd isn't installed")
@pytest.mark.parametrize("unit", sorted(file.name for file in RECIPES.glob("*.[st][ei][rm]*")))
def test_units_are_well_formed(unit, tmp_path):
    for file in RECIPES.iterdir():
        text = file.read_text().replace("/srv/pressroom/.venv/bin/python", shutil.which("python3"))
        (tmp_path / file.name).write_text(text)
    done = run("systemd-analyze", "verify", str(tmp_path / unit))
    ours = [line for line in done.stderr.splitlines() if unit.split(".")[0].rstrip("@") in line]
    assert ours == []


@needs("caddy")
def test_caddy_believes_its_file():
    done = run("caddy", "adapt", "--adapter", "caddyfile", "--config", str(RECIPES / "Caddyfile"))
    assert done.returncode == 0, done.stderr
    assert '"warn"' not in done.stderr
    assert "127.0.0.1:8025" in done.stdout


@needs("nginx")
def test_nginx_believes_its_file(tmp_path):
    certificate = tmp_path / "fullchain.pem"
    run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=press.example.se"),
        *("-keyout", str(tmp_path / "privkey.pem"), "-out", str(certificate)),
    )
    site = (RECIPES / "nginx.conf").read_text().replace("/etc/letsencrypt/live/press.example.se", str(tmp_path))
    whole = tmp_path / "whole.conf"
    whole.write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/error.log;\nevents {{}}\nhttp {{ access_log off;\n{site}\n}}\n"
    )
    done = run("nginx", "-t", "-e", f"{tmp_path}/error.log", "-c", str(whole))
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool isn't installed (Debian: in prometheus)")
def test_prometheus_believes_its_rules():
    done = run("promtool", "check", "rules", str(RECIPES / "alerts.yml"))
    assert done.returncode == 0, done.stderr


@needs("sqlite3")
def test_the_backup_is_whole_though_the_list_is_running(sqlite_store, sqlite_settings):
    sqlite_store.instance.check()
    unit = (RECIPES / "press-list-backup.service").read_text()
    written = re.search(r"ExecStart=/bin/sh -c '(.*)'\n", unit)[1].replace("\\'", "'").replace("%%", "%")
    done = subprocess.run(
        ["/bin/sh", "-c", written], cwd=sqlite_settings.state, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    (copy,) = (sqlite_settings.state / "backups").glob("*.sqlite")
    connection = sqlite3.connect(copy)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM installation").fetchone() == (1,)
    connection.close()
