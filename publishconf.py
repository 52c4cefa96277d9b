"""What differs when a pipeline builds for the public: `pelican --fatal errors content -s publishconf.py`."""

import os
import sys
from pathlib import Path

# Pelican reads this file before it looks for plugins, so the folder isn't on the path yet.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from pelicanconf import *  # noqa: F403 – Pelican's own way for one settings file to build on another

# A staging site has an address of its own; without one, the `url` in newsroom.yaml holds and the bytes are those of
# `make build`.
SITEURL = os.environ.get("SITEURL", "").rstrip("/")
