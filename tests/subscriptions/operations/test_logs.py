import io
import json
import logging

from plugins.subscriptions.operations.logs import Lines


def said(record):
    return json.loads(Lines().format(record))


def test_a_line_holds_what_was_given_with_it():
    logger = logging.getLogger("list.test")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines())
    logger.addHandler(handler)
    logger.warning("the relay is in trouble", extra={"times": 3})
    logger.removeHandler(handler)
    line = json.loads(stream.getvalue())
    assert (line["says"], line["level"], line["from"], line["times"]) == (
        "the relay is in trouble", "warning", "list.test", 3
    )  # fmt: skip
    assert line["at"].endswith("+00:00")


def test_an_exception_is_told_without_the_address_in_it():
    try:
        raise ValueError("anna@example.test is no good")
    except ValueError as fault:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": (ValueError, fault, fault.__traceback__)})
    line = said(record)
    assert "anna" not in json.dumps(line)
    assert line["fault"].startswith("ValueError")
    assert "test_logs.py:" in line["where"]
