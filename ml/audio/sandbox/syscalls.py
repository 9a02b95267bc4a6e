"""The system calls a decoder needs once its file is open, by processor; every other is refused.

Numbers of Linux' asm/unistd.h. None of them opens, connects, starts, signals or looks at
anything; a file can only be written to where it was handed over open for writing.
"""

from __future__ import annotations

# name: (x86-64, aarch64)
_NUMBERS = {
    "brk": (12, 214),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "close": (3, 57),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "fstat": (5, 80),
    "ftruncate": (77, 46),
    "futex": (202, 98),
    "getpid": (39, 172),
    "getrandom": (318, 278),
    "gettid": (186, 178),
    "gettimeofday": (96, 169),
    "lseek": (8, 62),
    "madvise": (28, 233),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "munmap": (11, 215),
    "pread64": (17, 67),
    "read": (0, 63),
    "restart_syscall": (219, 128),
    "rseq": (334, 293),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_getaffinity": (204, 123),
    "sched_yield": (24, 124),
    "sigaltstack": (131, 132),
    "write": (1, 64),
}
# As linux/audit.h names them: AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64.
ARCHITECTURES = {
    "x86_64": (0xC000003E, [x86 for x86, _ in _NUMBERS.values()]),
    "aarch64": (0xC00000B7, [arm for _, arm in _NUMBERS.values()]),
}
