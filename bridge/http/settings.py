"""What the HTTP side is told by the configuration."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """host: an address, never a name. allow_from: empty on loopback, where nobody else comes from.

    hosts: names by which callers may address us besides addresses and localhost.
    """

    host: str
    port: int
    token: str
    allow_from: Sequence[Network] = ()
    hosts: Sequence[str] = ()
    tls_cert: Path | None = None
    tls_key: Path | None = None

    def admits(self, address: str) -> bool:
        """May this address call at all?"""
        if not address:
            return False
        caller = ip_address(address.partition("%")[0])
        mapped = getattr(caller, "ipv4_mapped", None) or caller
        return mapped.is_loopback or any(mapped in network for network in self.allow_from)

    def is_token(self, offered: str) -> bool:
        """Compared in a time that tells nothing, not even the length."""
        return hmac.compare_digest(_digest(offered), _digest(self.token))


def _digest(text: str) -> bytes:
    return sha256(text.encode(errors="surrogateescape")).digest()
