"""Pelican's settings for work on this machine. `publishconf.py` adds what differs in public.

What belongs to the agency (address, languages, time zone, contacts …) stands in `content/newsroom.yaml`, not here.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import StrictUndefined

# Rooms import each other by their full names, so this folder must be found from wherever Pelican starts.
_ROOT = str(Path(__file__).resolve().parent)
if _ROOT not in sys.path:
    sys.path.insert(0, _ROOT)

PATH = "content"
OUTPUT_PATH = "output"
THEME = "theme"
CACHE_PATH = ".cache"

# Empty: the `url` in newsroom.yaml. Links in pages start at the root of the host, so the site works on localhost too,
# and a build on a press officer's computer has the same bytes as the pipeline's.
SITEURL = ""

# The only place that asks the clock. Everything that is published depends on this moment, so a test or a second
# build can be given the same one.
NOW = datetime.fromisoformat(os.environ["PRESSROOM_NOW"]) if "PRESSROOM_NOW" in os.environ else datetime.now(UTC)
if NOW.tzinfo is None:
    raise SystemExit("PRESSROOM_NOW lacks an offset from UTC; write it like 2031-05-04T10:00:00+02:00")

# True shows drafts and embargoed texts, marked. Only `press preview` turns it on, in folders of its own.
PREVIEW = False

# One room, one line: remove the line and the feature is gone. `edition` is last, when all others are connected.
PLUGINS = [
    "plugins.reading",
    "plugins.media",
    "plugins.pages",
    "plugins.feeds",
    "plugins.subscriptions",
    "plugins.edition",
]
PLUGIN_PATHS: list[str] = []

# The language in which faults are told when newsroom.yaml can't be read.
DEFAULT_LANG = "sv"

# Pelican warns without one. Nothing of ours reads it: the agency's time zone stands in newsroom.yaml.
TIMEZONE = "UTC"

# Bytes must not depend on whose computer builds: no locale of the user's. Babel writes dates.
LOCALE = ["C.UTF-8", "en_US.UTF-8", "C"]

# A name that a template misspells must stop the build, and text must never become markup by itself.
JINJA_ENVIRONMENT = {
    "autoescape": True,
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
}

# Releases, assignments and pages are read by plugins/reading, and plugins/edition alone writes files. Pelican's own
# articles, pages, copying and feeds are therefore turned off (README, Decisions). plugins/reading turns them off too,
# for other settings files must not publish drafts; here it keeps Pelican from warning about feeds that nobody makes.
ARTICLE_PATHS: list[str] = []
PAGE_PATHS: list[str] = []
STATIC_PATHS: list[str] = []
THEME_STATIC_PATHS: list[str] = []
DIRECT_TEMPLATES: list[str] = []
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None

# The edition removes what no longer belongs, file by file; emptying the folder would take the site down meanwhile.
DELETE_OUTPUT_DIRECTORY = False
# Pelican's cache pickles articles, which we have none of.
CACHE_CONTENT = False
LOAD_CONTENT_CACHE = False
