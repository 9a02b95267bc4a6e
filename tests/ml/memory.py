"""The most memory a child process has used, measured by itself (Linux).

Not ru_maxrss: a child inherits that from the process it was forked from.
"""

from __future__ import annotations

PEAK_MEMORY = """
def peak_megabytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024
"""
