"""The list's log: one line of JSON for each event, on standard error. No line ever holds an address."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from plugins.subscriptions.sending.worker import what_failed

OURS = ("list", "plugins.subscriptions")
_OWN = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})


class Lines(logging.Formatter):
    """Writes a record with all that it was given as `extra`. Of an exception it tells what and where; a traceback may
    hold an address.
    """

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage(),
        }
        said |= {name: value for name, value in vars(record).items() if name not in _OWN}
        if record.exc_info and isinstance(record.exc_info[1], Exception):
            said |= what_failed(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False, default=str)


def begin(least: int = logging.INFO) -> None:
    """Let the list's own loggers tell what happens, and all others only their warnings."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(least)
