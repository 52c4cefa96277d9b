"""How many may sign up: limits per network, per mail domain and in all, whatever the address.

The limit that protects a single address (one confirmation a day, three in thirty days) is the store's; it holds whoever
asks. Counts are kept in memory, by each process for itself, and no whole IP address is ever written down.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

UNKNOWN = "unknown"


class Verdict(Enum):
    """What is to be done with a request: let it pass, ask for a proof of work first, or refuse it for now."""

    PASS = "pass"  # noqa: S105 - a verdict
    PROVE = "prove"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many requests may come from one network (/24 or /48), for one mail domain, and in all.

    Written as the library `limits` reads them. Above `domain` or `calm` a proof of work is asked for; above `network`
    or `most` nothing passes.
    """

    network: str = "10/minute; 60/hour"
    domain: str = "300/hour"
    calm: str = "120/minute"
    most: str = "1200/minute"


class Gate:
    """Counts requests of one kind, and says which may pass. `always` asks everyone for a proof of work."""

    def __init__(self, limits: Limits, *, always: bool) -> None:
        self._network, self._domain, self._calm, self._most = (
            parse_many(each) for each in (limits.network, limits.domain, limits.calm, limits.most)
        )
        self._always = always
        self._counts = SlidingWindowCounterRateLimiter(MemoryStorage())

    def verdict(self, client: str | None, domain: str, *, proven: bool) -> Verdict:
        """Count a request from an IP address that names a mail domain, and say what is to be done with it."""
        # one network that asks too much doesn't use up what there is for all
        if not self._hit(self._network, "network", network(client)) or not self._hit(self._most, "most"):
            return Verdict.REFUSE
        calm = self._hit(self._domain, "domain", domain) and self._hit(self._calm, "calm")
        return Verdict.PASS if proven or (calm and not self._always) else Verdict.PROVE

    def _hit(self, limits: Iterable[RateLimitItem], *of: str) -> bool:
        return all(self._counts.hit(limit, *of) for limit in limits)


def network(client: str | None) -> str:
    """Answer the network that an IP address belongs to: its /24 (IPv4) or /48 (IPv6)."""
    try:
        address = ip_address((client or "").partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network((address, 24 if isinstance(address, IPv4Address) else 48), strict=False))
