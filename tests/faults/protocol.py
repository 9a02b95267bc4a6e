"""What was tried in full and what became of it: a row each, and their table in the documents.

    python -m tests.faults.protocol

writes the table anew from the rows.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from .extent import IN_FULL

ROOT = Path(__file__).resolve().parents[2]
ROWS = Path(__file__).with_name("protocol.json")
DOCUMENT = ROOT / "docs" / "operations.md"
BEGIN, END = "<!-- what was tried -->\n", "<!-- until here -->\n"
GIBIBYTE = 2**30


@dataclass(frozen=True)
class Row:
    name: str
    tried: str
    lost: int
    twice: int
    stuck: int
    seconds: int
    date: str
    machine: str

    def line(self) -> str:
        counts = f"{self.lost} / {self.twice} / {self.stuck}"
        return f"| {self.tried} | {counts} | {self.seconds:,} | {self.date} | {self.machine} |"


class Protocol:
    """Takes down the outcome of one test, whose time began with it."""

    def __init__(self, name: str, tell: Callable[[str], None]) -> None:
        self.name = name
        self.tell = tell
        self.began = time.monotonic()

    def row(self, tried: str, *, lost: int, twice: int, stuck: int) -> None:
        seconds = round(time.monotonic() - self.began)
        date, where = time.strftime("%Y-%m-%d"), machine()
        row = Row(self.name, tried, lost, twice, stuck, seconds, date, where)
        self.tell(f"{tried}: lost {lost}, twice {twice}, stuck {stuck}; {seconds} s")
        if IN_FULL:
            keep(row)

    def progress(self, text: str) -> None:
        """Said at once where a run takes its time."""
        if IN_FULL:
            print(f"[{time.monotonic() - self.began:6,.0f} s] {text}", flush=True)


def machine() -> str:
    model = re.search(r"model name\s*: (.*)", _read(Path("/proc/cpuinfo")))
    name = " ".join(model[1].split()[:2]) if model else "an unknown processor"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIBIBYTE
    return f"{os.cpu_count()} cores of {name}, {memory:.0f} GiB"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def rows() -> list[Row]:
    return [Row(**row) for row in json.loads(_read(ROWS) or "[]")]


def keep(row: Row) -> None:
    """In the place of the one that this test had before."""
    kept = {one.name: one for one in rows()} | {row.name: row}
    lines = [asdict(kept[name]) for name in sorted(kept)]
    ROWS.write_text(json.dumps(lines, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    write_table()


def table() -> str:
    head = "| tried | lost / twice / stuck | seconds | date | machine |"
    return "\n".join([head, "| --- " * 5 + "|", *(row.line() for row in rows())]) + "\n"


def in_document() -> str:
    return DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


def write_table() -> None:
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(before + BEGIN + table() + END + after, encoding="utf-8")


if __name__ == "__main__":
    write_table()
