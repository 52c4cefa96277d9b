from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.importing import sources
from plugins.importing.calendar import Calendar
from plugins.importing.found import Unreadable
from plugins.importing.sources import LIMIT, Reader
from tests.importing.documents import PICTURE, document, paragraph
from tests.importing.test_feed import ATOM, RSS
from tests.importing.test_viatt import SOURCE
from tests.importing.test_webpage import PAGE

READER = Reader(calendar=Calendar(ZoneInfo("Europe/Stockholm"), ("sv", "en")), kinds=())


@pytest.mark.parametrize(
    ("data", "titles"),
    [
        (SOURCE.encode("utf-8-sig"), 6),
        (SOURCE.replace("\n", "\r\n").encode(), 6),
        (RSS.encode(), 2),
        (ATOM.encode(), 1),
        (PAGE.encode(), 1),
        (PAGE.encode("utf-16"), 1),
        (PAGE.replace("å", "&aring;").encode("iso-8859-1"), 1),
        (document(paragraph("Rubrik", "Title"), paragraph("Text.")), 1),
    ],
    ids=["via TT", "Windows lines", "RSS", "Atom", "page", "page in UTF-16", "page in Latin 1", "Word"],
)
def test_the_kind_of_source_is_seen_by_its_bytes(data, titles):
    assert len(READER.read(data, "utan-andelse")) == titles


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b" \n", sources.EMPTY),
        (b"x" * (LIMIT + 1), sources.TOO_LARGE),
        (b"%PDF-1.7", sources.PDF),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", sources.OLD_WORD),
        ("Läget".encode("iso-8859-1"), "the file is not saved as UTF-8; save it again as UTF-8"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_to_do(data, message):
    with pytest.raises(Unreadable) as told:
        READER.read(data, "fil")
    assert told.value.fault.message == message


WHOLE = (
    SOURCE.encode()[:3000],
    RSS.encode(),
    ATOM.encode(),
    PAGE.encode(),
    document(paragraph("Rubrik", "Title"), paragraph("14 mars 2025"), PICTURE, picture=b"x"),
)
PIECES = (
    b"<", b">", b"&", b"\0", b"\xff", b"\xed\xa0\x80", b"\n", b"<p>", b"<li>", b"<ol start='\xc2\xb2'>", b"<h2>",
    b"<td>x", b"<a href='http://[x'>y</a>", b"<img src='//[x'>", b"<![CDATA[", b"]]>",
    b"9.2.2026 09:35:39 CET | x", b"Kontakter\n",
)  # fmt: skip
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(PIECES)), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(WHOLE), CHANGES)
def test_a_damaged_source_is_read_or_refused_and_never_a_crash(data, changes):
    for place, lost, piece in changes:
        start = int(place * len(data))
        data = data[:start] + piece + data[start + lost :]
    try:
        found = READER.read(data, "fil")
    except Unreadable as refused:
        assert refused.fault.sentence()
    else:
        assert found
