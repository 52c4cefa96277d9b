"""Catalogues are used as they are written."""

from plugins.newsroom import catalogue

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Water"
msgstr "Vatten på svenska"
"""


def test_a_catalogue_says_it_in_its_language():
    assert catalogue(PO.encode(), "sv").gettext("Water") == "Vatten på svenska"
    assert catalogue(PO.encode(), "sv").gettext("Fire") == "Fire"


def test_without_a_catalogue_the_code_speaks():
    assert catalogue(b"", "fi").gettext("Water") == "Water"
