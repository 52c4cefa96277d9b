"""What DNS says of a domain that sends mail, with a limit to how long it may take."""

from collections.abc import Iterator
from typing import Any

import dns.exception
import dns.resolver

SECONDS = 5.0
"""How long one question may take in all."""
_NOTHING = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)


class Unanswered(Exception):
    """No name server answered in time, or none that could."""


class Names:
    """Asks this machine's name servers, or those of the resolver given."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None, seconds: float = SECONDS) -> None:
        self._resolver = resolver or dns.resolver.Resolver()
        self._seconds = seconds

    def texts(self, name: str) -> list[str]:
        """Answer the TXT records of a name, none if there are none. Raises Unanswered."""
        return [b"".join(record.strings).decode(errors="replace") for record in self._ask(name, "TXT")]

    def takes_mail(self, domain: str) -> bool:
        """Whether mail to the domain has somewhere to go (RFC 5321, 5.1; RFC 7505). Raises Unanswered."""
        exchanges = list(self._ask(domain, "MX"))
        if exchanges:
            return any(str(record.exchange) != "." for record in exchanges)
        return any(True for kind in ("A", "AAAA") for _ in self._ask(domain, kind))

    def spf(self, domain: str) -> list[str]:
        """Answer the domain's SPF records (RFC 7208, 4.5); more than one is as bad as none."""
        return [text for text in self.texts(domain) if text.lower().split(" ", 1)[0] == "v=spf1"]

    def dkim(self, selector: str, domain: str) -> dict[str, str] | None:
        """Answer the tags of a DKIM key record (RFC 6376, 3.6.1)."""
        return next((tags(text) for text in self.texts(f"{selector}._domainkey.{domain}") if "p=" in text), None)

    def dmarc(self, domain: str) -> dict[str, str] | None:
        """Answer the tags of the DMARC policy that holds for a domain: its own, or else that of one above it."""
        parts = domain.split(".")
        for above in range(len(parts) - 1):
            for text in self.texts(f"_dmarc.{'.'.join(parts[above:])}"):
                found = tags(text)
                if found.get("v") == "DMARC1":
                    return found
        return None

    def _ask(self, name: str, kind: str) -> Iterator[Any]:
        try:
            yield from self._resolver.resolve(name, kind, lifetime=self._seconds)
        except _NOTHING:
            return
        except dns.exception.DNSException as fault:
            raise Unanswered(type(fault).__name__) from None


def tags(text: str) -> dict[str, str]:
    """Answer what a record of tags says (RFC 6376, 3.2)."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip(): "".join(value.split()) for name, _, value in pairs}


def related(one: str, other: str) -> bool:
    """Whether two domains are aligned in DMARC's relaxed sense: one is the other, or below it. (Siblings below one
    organisation are, too; telling those apart needs the list of public suffixes, and they aren't wanted here.)
    """
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
