"""Making the most of a CPU: memory, threads, and bfloat16 where the processor has it."""

from __future__ import annotations

import ctypes
import os
import platform
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


@cache
def keep_activations_in_the_heap() -> bool:
    """Stop glibc from mapping and unmapping every large tensor; True where that was possible.

    Each activation of 10 to 300 MB is otherwise handed back to the kernel and cleared again,
    which costs more than the convolutions themselves. To be called before torch first computes.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    libc = ctypes.CDLL(None)
    return bool(libc.mallopt(_M_MMAP_MAX, 0) and libc.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1))


def spare_threads() -> int:
    """Threads for the network on a machine that also decodes, serves and stores: all cores but one.

    Threads wait for each other after every layer; one that shares its core holds up all.
    """
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)) - 1)
    return max(1, (os.cpu_count() or 1) - 1)


def has_fast_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 natively (AVX-512 BF16 or AMX).

    Others emulate it and are slower than in float32.
    """
    import torch

    if platform.machine() not in ("x86_64", "AMD64"):
        return False
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
