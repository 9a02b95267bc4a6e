"""The machine a table was made on, and how quick it is at what networks are made of."""

from __future__ import annotations

import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def facts() -> dict[str, Any]:
    """Processor, cores, memory, versions, and how busy the machine was."""
    import torch

    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "amx": torch.cpu._is_amx_tile_supported(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "load_average": [round(load, 1) for load in os.getloadavg()],
    }


def gemm_rates(size: int = 1024, repeats: int = 9) -> dict[str, float]:
    """Best rate of a square matrix product on one thread, in GFLOP/s, by number format."""
    import torch

    rates = {}
    for dtype in (torch.float32, torch.bfloat16):
        a, b = torch.randn(2, size, size).to(dtype)
        times = []
        for _ in range(repeats):
            began = time.process_time()
            torch.mm(a, b)
            times.append(time.process_time() - began)
        rates[str(dtype).removeprefix("torch.")] = round(2 * size**3 / min(times) / 1e9)
    return rates


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        if names:
            return names[0].partition(":")[2].strip()
    return platform.processor() or platform.machine()
