"""Where the press room is on the web."""

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlsplit

from plugins.newsroom.output import Noun

_SAFE = "/#?=&:@!$'()*+,;~"
_PLAIN = re.compile(rf"[A-Za-z0-9_.{_SAFE}-]*")


@dataclass(frozen=True, slots=True)
class Site(Noun):
    """The public address of the press room, such as `https://press.example.se` (no slash at the end).

    An *address* is what follows: `pressmeddelanden/2025/x/`, without a leading slash; "" is the front page.
    """

    url: str

    @property
    def host(self) -> str:
        """Answer the host name alone (`press.example.se`)."""
        return urlsplit(self.url).hostname or "localhost"

    @property
    def base(self) -> str:
        """Answer the path that every link starts with: `/`, or `/press/` when the site lies in a folder."""
        return _base(self.url)

    def href(self, address: str) -> str:
        """Answer a link for pages, from the root of the host: `/pressmeddelanden/2025/x/`."""
        return self.base + _quoted(address)

    def absolute(self, address: str) -> str:
        """Answer the whole address, for feeds, canonical links and letters."""
        return self.url.rstrip("/") + "/" + _quoted(address)


@cache
def _base(url: str) -> str:
    return urlsplit(url).path.rstrip("/") + "/"


def _quoted(address: str) -> str:
    # nearly every address is as it should be, and pages have dozens of links
    return address if _PLAIN.fullmatch(address) else quote(address, safe=_SAFE)
