"""Annotations of a WFDB record (NAME.atr and the like), read and written.

annot(5) of the WFDB Applications Guide, MIT format: words of 16 bits, little-endian, the upper six
bits a code, the lower ten the samples since the annotation before. Codes from 59 on are no
annotations: a long skip, or number, subtype, channel and text of the annotation just read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.ecg.records.errors import RecordError, read_bytes

MOST_BYTES = 64_000_000
SKIP, NUMBER, SUBTYPE, CHANNEL, TEXT = range(59, 64)
LONGEST_STEP = 1023
# Codes that nothing is assigned to keep a place, so that no file is refused for one.
SYMBOLS = {
    1: "N", 2: "L", 3: "R", 4: "a", 5: "V", 6: "F", 7: "J", 8: "A", 9: "S", 10: "E", 11: "j",
    12: "/", 13: "Q", 14: "~", 16: "|", 18: "s", 19: "T", 20: "*", 21: "D", 22: '"', 23: "=",
    24: "p", 25: "B", 26: "^", 27: "t", 28: "+", 29: "u", 30: "?", 31: "!", 32: "[", 33: "]",
    34: "e", 35: "n", 36: "@", 37: "x", 38: "f", 39: "(", 40: ")", 41: "r",
}  # fmt: skip
CODES = {symbol: code for code, symbol in SYMBOLS.items()}
_RESOLUTION = re.compile(r"## time resolution: ([\d.]+)")


@dataclass(frozen=True)
class Annotations:
    """`samples` `(annotations,)`, counted from 0 and never falling; one of each list an annotation.

    `rate` is the annotations' own time resolution in Hz where they state one; else the record's.
    """

    samples: npt.NDArray[np.int64]
    symbols: tuple[str, ...]
    texts: tuple[str, ...]
    rate: float | None = None

    def __len__(self) -> int:
        return len(self.symbols)


@dataclass
class _Entry:
    sample: int
    symbol: str
    text: str = ""


def read_annotations(path: Path) -> Annotations:
    """Every annotation of the file `path`, in its order.

    Raises RecordError when it is missing, breaks off or goes back in time.
    """
    content = read_bytes(path, MOST_BYTES)
    try:
        entries = list(_entries(content))
    except IndexError:
        raise RecordError(f"{path} breaks off: the mark of its end is missing.") from None
    rate = None
    if entries and (match := _RESOLUTION.match(entries[0].text)):
        rate = float(match[1])
        entries = entries[1:]
    samples = np.array([entry.sample for entry in entries], np.int64)
    if len(samples) and (samples[0] < 0 or (np.diff(samples) < 0).any()):
        raise RecordError(f"{path} is damaged: its annotations go back in time.")
    return Annotations(samples, tuple(e.symbol for e in entries), tuple(e.text for e in entries),
                       rate)  # fmt: skip


def _entries(content: bytes) -> Iterator[_Entry]:
    words = np.frombuffer(content[: len(content) // 2 * 2], "<u2").tolist()
    at = sample = 0
    entry: _Entry | None = None
    while words[at] != 0:
        code, value = words[at] >> 10, words[at] & LONGEST_STEP
        at += 1
        if code == SKIP:
            sample += _signed(words[at] << 16 | words[at + 1])
            at += 2
        elif code == TEXT:
            end = at * 2 + value
            if end > len(content):
                raise IndexError
            if entry is not None:
                entry.text = content[at * 2 : end].rstrip(b"\0").decode("latin-1")
            at += (value + 1) // 2
        elif code < SKIP:
            if entry is not None:
                yield entry
            sample += value
            entry = _Entry(sample, SYMBOLS.get(code, f"[{code}]"))
    if entry is not None:
        yield entry


def _signed(value: int) -> int:
    return value - 2**32 if value >= 2**31 else value


def write_annotations(path: Path, annotations: Annotations) -> None:
    """Write `annotations` as the MIT format, so that WFDB's own programs read them.

    Raises RecordError for a symbol that has no code, or samples that go back in time.
    """
    content = bytearray()
    if annotations.rate is not None:
        content += _encoded(0, '"', f"## time resolution: {annotations.rate:g}")
    before = 0
    for sample, symbol, text in zip(
        annotations.samples.tolist(), annotations.symbols, annotations.texts, strict=True
    ):
        if sample < before:
            raise RecordError("Annotations must be written in the order of their samples.")
        content += _encoded(sample - before, symbol, text)
        before = sample
    path.write_bytes(bytes(content) + _word(0, 0))


def _encoded(step: int, symbol: str, text: str) -> bytes:
    if symbol not in CODES:
        raise RecordError(f"{symbol!r} is no symbol of a WFDB annotation.")
    content = b""
    if step > LONGEST_STEP:
        content += _word(SKIP, 0) + (step >> 16).to_bytes(2, "little")
        content += (step & 0xFFFF).to_bytes(2, "little")
        step = 0
    content += _word(CODES[symbol], step)
    letters = text.encode("latin-1", errors="replace")[:LONGEST_STEP]
    if letters:
        content += _word(TEXT, len(letters)) + letters + b"\0" * (len(letters) % 2)
    return content


def _word(code: int, value: int) -> bytes:
    return (code << 10 | value).to_bytes(2, "little")
