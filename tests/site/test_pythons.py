"""Another Python of the same version makes the same press room: a distribution's may be years behind its patches."""

import os
import shutil
import subprocess
import sys
import sysconfig

import pytest

from tests.building import PROJECT, SAMPLE, files


@pytest.fixture
def others():
    """Answer the Pythons of this machine that can use our libraries: of the same minor version, but other patches."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    folders = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", *os.get_exec_path()]
    pythons = [f"{folder}/{name}" for folder in folders if os.access(f"{folder}/{name}", os.X_OK)]
    found = {version(python): python for python in pythons}
    found.pop(version(sys.executable), None)
    if not found:
        pytest.skip(f"there is no other {name} here")
    return list(found.values())


def version(python):
    told = subprocess.run([python, "-I", "-S", "-c", "import sys; print(sys.version)"], capture_output=True, check=True)
    return told.stdout


@pytest.fixture
def build(tmp_path):
    """Answer a function that builds the same content with a Python, and answers what it said and the files it made."""

    def built(python, name):
        room = tmp_path / name
        if not room.exists():
            for folder in ("plugins", "theme"):
                shutil.copytree(PROJECT / folder, room / folder, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copy(PROJECT / "pelicanconf.py", room)
            shutil.copytree(SAMPLE / "everything", room / "content")
        environment = {
            **os.environ,
            "PYTHONPATH": sysconfig.get_path("purelib"),
            "PRESSROOM_NOW": "2031-06-01T12:00:00Z",
        }
        command = [python, "-m", "plugins.desk", "build"]
        done = subprocess.run(command, cwd=room, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout, files(room / "output")

    return built


def test_another_python_makes_the_same_bytes_and_knows_that_it_has(others, build):
    _, ours = build(sys.executable, "ours")
    for number, python in enumerate(others):
        said, theirs = build(python, f"theirs-{number}")
        assert theirs == ours
        assert "Ingenting har ändrats" not in said
        said, again = build(python, f"theirs-{number}")
        assert "Ingenting har ändrats" in said
        assert again == ours
