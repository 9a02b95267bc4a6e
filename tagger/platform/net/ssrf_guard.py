"""Where webhooks may go: not into the operator's own network, unless a setting allows it."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

LONGEST = 2000
PORTS = {"http": 80, "https": 443}
# All that is routed between networks; the rest of IPv6 is local, reserved or stands for IPv4.
GLOBAL_UNICAST = IPv6Network("2000::/3")
# Networks without IPv4 reach it through these (RFC 6052): they stand for the address in them.
NAT64 = IPv6Network("64:ff9b::/96")
# Special by IANA's registries, and global to Python 3.11: protocol assignments, the anycast of
# relays that are no more, documentation.
SPECIAL = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
# The middle of an ISATAP address (RFC 5214), behind which an IPv4 address stands.
ISATAP = (0x00005EFE, 0x02005EFE)
Address = IPv4Address | IPv6Address


class AddressError(ValueError):
    """The address is none that may be called; the message says why."""


def checked_url(url: str) -> SplitResult:
    """The parts of a URL that a webhook may have; names are looked up only when it is called."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressError(f"Give a URL of at most {LONGEST} plain characters.")
    try:
        parts = urlsplit(url)
        port = parts.port
        # As a look-up will: names with empty parts, or parts of over 63 characters, are none.
        (parts.hostname or "").encode("idna")
    except ValueError:
        raise AddressError("This is no URL.") from None
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise AddressError("The URL must begin with https:// or http:// and name a host.")
    if parts.username is not None or parts.password is not None:
        raise AddressError("Leave user name and password out: calls are signed instead.")
    if parts.fragment:
        raise AddressError("Leave out what follows the #: it is never sent.")
    _refuse_literal(parts.hostname)
    return parts


def resolve(parts: SplitResult) -> list[str]:
    """The numeric addresses to connect to, looked up this once. AddressError, or OSError."""
    port = parts.port or PORTS[parts.scheme]
    addresses = socket.getaddrinfo(str(parts.hostname), port, type=socket.SOCK_STREAM)
    numeric = list(dict.fromkeys(str(entry[4][0]) for entry in addresses))
    allowed = [address for address in numeric if is_allowed(address)]
    if not allowed:
        raise _inside()
    return allowed


def is_allowed(numeric: str) -> bool:
    if settings.WEBHOOK_PRIVATE_ADDRESSES:
        return True
    address = _embedded(ip_address(numeric.partition("%")[0]))
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    if any(address in network for network in SPECIAL if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast


def _refuse_literal(host: str) -> None:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return
    if not is_allowed(host):
        raise _inside()


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, which is where the call would end."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if int(address) >> 32 & 0xFFFFFFFF in ISATAP:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def _inside() -> AddressError:
    return AddressError(
        "This address belongs to a private network. An admin may allow such addresses with "
        "TONEMARK_WEBHOOK_PRIVATE_ADDRESSES."
    )
