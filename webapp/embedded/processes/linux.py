"""What Linux adds to starting a child: it dies with its parent, gives way to others, and root may
pose as a user."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
INSIDE_UID = 1000

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(death: signal.Signals = signal.SIGTERM) -> None:
    """For the child, before exec. What counts is the thread that forks: use the main one."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, int(death))


def give_way(by: int = 10) -> None:
    """For the leader of a session, before exec: it and its children wait for whoever is in a hurry.

    Where the scheduler shares between sessions first, niceness counts within one's own only.
    """
    os.nice(by)
    session = Path("/proc/self/autogroup")
    if session.exists():
        try:
            session.write_text(str(by), encoding="ascii")
        except BlockingIOError:  # one change in a tenth of a second is allowed
            time.sleep(0.2)
            session.write_text(str(by), encoding="ascii")


def pose_as_user() -> None:
    """As root, enter a user namespace in which we are an ordinary user and root's files are ours.

    Postgres refuses to run as root; this way nothing has to change its owner or its mode.
    """
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "user namespaces are forbidden")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{INSIDE_UID} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{INSIDE_UID} {gid} 1", encoding="ascii")


def can_pose() -> bool:
    """Try it in a child: a namespace entered is not left again."""
    if sys.platform != "linux":
        return False
    child = os.fork()
    if child == 0:
        try:
            pose_as_user()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0
