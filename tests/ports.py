"""Ports for servers that tests start."""

from __future__ import annotations

import random
import socket
from itertools import islice

# Below those that the system gives to connections: between the choice and the server's start no
# connection of another test takes one.
RANGE = range(10_000, 32_000)
_chance = random.SystemRandom()


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(number: int) -> list[int]:
    """On which nothing of this machine listens."""
    candidates = _chance.sample(RANGE, len(RANGE))
    return list(islice((port for port in candidates if _is_free(port)), number))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
