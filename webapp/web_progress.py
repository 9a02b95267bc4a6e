"""Whether the other side of a connection that a thread serves still takes and sends anything."""

from __future__ import annotations

import fcntl
import socket
import struct
import termios
from dataclasses import dataclass

# The slowest lines that are waited for, in bytes a second: a twentieth of what a voice call takes.
LEAST_RATE = 512
# linux/tcp.h: struct tcp_info, eight bytes, 26 numbers and two rates before these two.
_COUNTS = struct.Struct("=8x24I2Q2Q")


@dataclass(frozen=True)
class Progress:
    """Of a TCP connection, as the kernel counts: bytes the other side has taken and sent since its
    beginning, and those that lie here still, to be taken by it (`outgoing`) or by us (`incoming`).
    """

    taken: int
    sent: int
    outgoing: int
    incoming: int

    @classmethod
    def of(cls, connection: socket.socket) -> Progress | None:
        """None where the system or the kind of socket does not count: then nobody is judged."""
        option = getattr(socket, "TCP_INFO", None)
        if option is None:
            return None
        try:
            told = connection.getsockopt(socket.IPPROTO_TCP, option, _COUNTS.size)
            outgoing = _asked(connection, termios.TIOCOUTQ)
            incoming = _asked(connection, termios.FIONREAD)
        except OSError:
            return None
        if len(told) < _COUNTS.size:
            return None
        *_, taken, sent = _COUNTS.unpack(told)
        return cls(taken, sent, outgoing, incoming)

    def takes_nothing(self, before: Progress, seconds: float) -> bool:
        """Whether there was something to take all the time, and hardly anything was taken."""
        waits = self.outgoing > 0 and before.outgoing > 0
        return waits and self.taken - before.taken < seconds * LEAST_RATE

    def sends_nothing(self, before: Progress, seconds: float) -> bool:
        """Whether hardly anything was sent, and of that nothing is left to be read."""
        waits = self.incoming == 0
        return waits and self.sent - before.sent < seconds * LEAST_RATE


def _asked(connection: socket.socket, what: int) -> int:
    answer = fcntl.ioctl(connection, what, bytes(4))
    return int(struct.unpack("i", answer)[0])
