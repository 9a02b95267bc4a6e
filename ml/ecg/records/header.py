"""The header of a WFDB record, NAME.hea: what its signals are and where they lie.

header(5) of the WFDB Applications Guide. Records of several segments, several samples a frame and
skewed signals are refused, as nothing here can tell what they would mean for one lead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ml.ecg.records.errors import RecordError, read_bytes

MOST_BYTES = 1_000_000
DEFAULT_RATE = 250.0
DEFAULT_GAIN = 200.0
UNITS = {"mV": 1.0, "uV": 1e-3, "µV": 1e-3, "V": 1e3}

_STORAGE = re.compile(r"(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?")
_GAIN = re.compile(r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)(?:\(([-+]?\d+)\))?(?:/(\S+))?")
_RATE = re.compile(r"([\d.]+(?:[eE][-+]?\d+)?)(?:/.*)?")


@dataclass(frozen=True)
class Signal:
    """One signal: its file and storage format, and how its integers become physical units.

    `gain` is in integers a unit, `baseline` the integer of 0 units, `checksum` the sum of all
    integers modulo 2¹⁶ (None: the header gives none).
    """

    file: str
    storage: int
    offset: int
    gain: float
    baseline: int
    units: str
    checksum: int | None
    lead: str


@dataclass(frozen=True)
class Header:
    """`rate` in Hz; `samples` a signal, 0 where the header does not tell."""

    name: str
    rate: float
    samples: int
    signals: tuple[Signal, ...]
    comments: tuple[str, ...]

    @property
    def leads(self) -> tuple[str, ...]:
        return tuple(signal.lead for signal in self.signals)


def read_header(path: Path) -> Header:
    """Parse the header file `path`. Raises RecordError with the line that is wrong."""
    text = read_bytes(path, MOST_BYTES).decode("utf-8", errors="replace")
    lines = [line.strip() for line in text.splitlines()]
    comments = tuple(line[1:].strip() for line in lines if line.startswith("#"))
    lines = [line for line in lines if line and not line.startswith("#")]
    if not lines:
        raise RecordError(f"{path} is empty; it should be the header of a WFDB record.")
    try:
        name, count, rate, samples = _record_line(lines[0])
        signals = tuple(_signal_line(line, number) for number, line in enumerate(lines[1:]))
    except ValueError as error:
        raise RecordError(f"{path} is no WFDB header that can be read: {error}.") from error
    if len(signals) != count:
        raise RecordError(f"{path} promises {count} signals and describes {len(signals)}.")
    return Header(name, rate, samples, signals, comments)


def _record_line(line: str) -> tuple[str, int, float, int]:
    fields = line.split()
    if len(fields) < 2:
        raise ValueError(f"its first line is {line!r}")
    if "/" in fields[0]:
        raise ValueError("it is a record of several segments; name one of them instead")
    rate = DEFAULT_RATE
    if len(fields) > 2:
        match = _RATE.fullmatch(fields[2])
        rate = float(match[1]) if match else 0.0
    if not 1 <= rate <= 1e6:
        raise ValueError(f"the sampling frequency {fields[2]!r} is none")
    samples = int(fields[3]) if len(fields) > 3 else 0
    if samples < 0 or int(fields[1]) < 1:
        raise ValueError(f"its first line is {line!r}")
    return fields[0], int(fields[1]), rate, samples


def _signal_line(line: str, number: int) -> Signal:
    fields = line.split(maxsplit=8)
    match = _STORAGE.fullmatch(fields[1]) if len(fields) > 1 else None
    if match is None:
        raise ValueError(f"its signal line is {line!r}")
    if int(match[2] or 1) != 1 or int(match[3] or 0) != 0:
        raise ValueError("several samples a frame and skewed signals are not supported")
    if Path(fields[0]).name != fields[0]:
        raise ValueError(f"the signal file {fields[0]!r} is not beside it")
    zero = int(fields[4]) if len(fields) > 4 else 0
    gain, baseline, units = _gain(fields[2] if len(fields) > 2 else "0", zero)
    return Signal(
        file=fields[0],
        storage=int(match[1]),
        offset=int(match[4] or 0),
        gain=gain,
        baseline=baseline,
        units=units,
        checksum=int(fields[6]) if len(fields) > 6 else None,
        lead=fields[8] if len(fields) > 8 else f"signal {number}",
    )


def _gain(text: str, zero: int) -> tuple[float, int, str]:
    match = _GAIN.fullmatch(text)
    if match is None:
        raise ValueError(f"the gain {text!r} is none")
    units = match[3] or "mV"
    if units not in UNITS:
        raise ValueError(f"the unit {units!r} is none of {', '.join(UNITS)}")
    return float(match[1]) or DEFAULT_GAIN, int(match[2] or zero), units
