"""What tests of the edition need."""

import os
from contextlib import ExitStack

import pytest

from plugins.edition.left import Left


@pytest.fixture
def left_in():
    """Answer a function that answers what is left in a folder."""
    with ExitStack() as stack:

        def left(folder, *, is_whole=False):
            opened = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, opened)
            return Left(str(folder), opened, is_whole)

        yield left
