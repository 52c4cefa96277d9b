"""The measure of the e-mail list does what it says, for few readers."""

import pytest

from tests.benchmarks.letters import Case, _measured
from tests.subscriptions.sink import Sink


@pytest.mark.parametrize("case", [Case(database="", readers=20), Case(database="SQLite", readers=200, rows=25)])
def test_every_letter_of_a_case_is_sent(case: Case) -> None:
    with Sink() as sink:
        fields = {"database": case.database, "readers": case.readers, "rows": case.rows, "connections": 4}
        found = _measured({"case": fields, "port": sink.port, "url": ""})
        assert found.letters > 0 and found.cpu > 0 and found.peak > 0
        assert len(sink.taken) == len({taken.recipient for taken in sink.taken}) == case.readers
        assert sum(sink.copies().values()) == case.readers
