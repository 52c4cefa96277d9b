import pytest

from plugins.newsroom import Newsroom
from tests.feeds.built import a_full_newsroom, built


@pytest.fixture(scope="session")
def full() -> Newsroom:
    return a_full_newsroom()


@pytest.fixture(scope="session")
def files(full: Newsroom) -> dict[str, bytes]:
    """Every file of the full newsroom's feeds, by path."""
    return built(full, {release.source: "" for release in full.releases if release.missing})
