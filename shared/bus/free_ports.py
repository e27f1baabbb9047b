"""Ports for servers that are to come back on the same one.

The kernel gives every outgoing connection a port from its ephemeral range. A server that is away for a moment may
find its own among them: taken by a client, or by a client's attempt to reach it, which has then reached itself.
"""

import random
import socket
from contextlib import ExitStack
from pathlib import Path

_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUAL_EPHEMERAL = (32_768, 60_999)
_LOWEST, _HIGHEST = 10_000, 65_535
_ATTEMPTS = 1_000


class NoFreePort(OSError):
    """Every port that was tried is taken."""


def free_port() -> int:
    """Return a port on which nobody listens, and that no outgoing connection is given."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Return as many, all different. They are free at this moment; nothing keeps them so."""
    chosen = random.SystemRandom()
    lasting = _lasting_ports()
    with ExitStack() as held:
        found: list[int] = []
        for _ in range(_ATTEMPTS):
            if len(found) == count:
                return found
            probe = held.enter_context(socket.socket())
            port = chosen.choice(lasting)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    raise NoFreePort(f"{count} free port(s) not found in {_ATTEMPTS} attempts")


def _lasting_ports() -> list[int]:
    """Return the ports outside of the ephemeral range; all of them where the range leaves none."""
    low, high = _ephemeral_range()
    every = range(_LOWEST, _HIGHEST + 1)
    return [port for port in every if not low <= port <= high] or list(every)


def _ephemeral_range() -> tuple[int, int]:
    try:
        low, high = _EPHEMERAL.read_text().split()
    except OSError:
        return _USUAL_EPHEMERAL
    return int(low), int(high)
