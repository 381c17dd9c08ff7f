"""Which network addresses a link from outside may lead to.

What is not plainly the public internet is refused, by an own list beside Python's: `is_global` has changed its mind
between patch releases, and an address that wraps another one (mapped, 6to4, Teredo, NAT64) may lead inside again.
Source: IANA's special-purpose address registries (RFC 6890, RFC 8190).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address

NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
PUBLIC_6 = IPv6Network(
    "2000::/3"
)  # all that is given out; ::1, ::ffff:0:0/96, 64:ff9b::/96, fc00::/7 … lie outside
NOT_PUBLIC_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols' own: Teredo, benchmarks, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


def is_public(address: str) -> bool:
    """An address of the public internet and nothing else. What is no address is not."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return found.is_global and not any(found in network for network in NOT_PUBLIC_4)
    return (
        found.scope_id is None
        and found in PUBLIC_6
        and found.is_global
        and not any(found in network for network in NOT_PUBLIC_6)
    )


def is_loopback(address: str) -> bool:
    """This machine, written plainly."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
