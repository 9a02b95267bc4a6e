"""Linux' seccomp filter: the system calls of a list, and no other, from here on and for ever.

libseccomp would write the filter, but is no part of a Python installation.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

from .syscalls import ARCHITECTURES

PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2

# Classic BPF (linux/bpf_common.h): load a word, jump if equal, return.
_LOAD, _JUMP, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


_libc = ctypes.CDLL(None, use_errno=True)


def can_refuse_syscalls() -> bool:
    """Whether this machine can refuse system calls: the kernel, and a processor we know."""
    if sys.platform != "linux" or platform.machine() not in ARCHITECTURES:
        return False
    # An empty program is refused as such, with EFAULT, only where filters are known at all.
    return _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, None) == errno.EFAULT


class Filter:
    """The filter for this machine's processor, ready to be installed."""

    def __init__(self) -> None:
        code = _code(*ARCHITECTURES[platform.machine()])
        self._memory = ctypes.create_string_buffer(code, len(code))
        self._program = _Program(len(code) // 8, ctypes.addressof(self._memory))

    def install(self) -> None:
        """Refuse (EPERM) whatever is not in the list. OSError where the kernel will not."""
        number = _prctl(PR_SET_NO_NEW_PRIVS, 1) or _prctl(
            PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(self._program)
        )
        if number:
            raise OSError(number, f"the sandbox is refused: {os.strerror(number)}")


def _prctl(option: int, value: int, pointer: object = None) -> int:
    """0, or the number of the error."""
    zero = ctypes.c_ulong(0)
    failed = _libc.prctl(option, ctypes.c_ulong(value), pointer, zero, zero)
    return ctypes.get_errno() if failed else 0


def _code(architecture: int, allowed: list[int]) -> bytes:
    """Another architecture's calls kill; then one comparison a call, each jumping to the end."""
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    steps += [(_JUMP, len(allowed) - index, 0, number) for index, number in enumerate(allowed)]
    steps += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
