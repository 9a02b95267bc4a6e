"""The samples of a WFDB record: formats 212 (two of 12 bits in three bytes) and 16.

signal(5) of the WFDB Applications Guide. The signals of one file are interleaved sample by sample.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.ecg.records.errors import RecordError, read_bytes
from ml.ecg.records.header import UNITS, Header, Signal

Integers = npt.NDArray[np.int32]
# A week of two leads at 1 kHz is less; what is larger is no recording to be held in memory.
MOST_BYTES = 2 * 10**9
# The value that stands for "no sample".
INVALID = {212: -2048, 16: -32768}


def read_signal(header: Header, folder: Path, lead: str) -> npt.NDArray[np.float32]:
    """The lead called `lead` in millivolts, `(samples,)`; NaN where there is no sample.

    Raises RecordError when there is no such lead, or its file is missing, too short, in another
    format, or not what the header's checksum says.
    """
    signal = _named(header, lead)
    together = [one for one in header.signals if one.file == signal.file]
    values = _interleaved(header, together, folder / signal.file)
    column = values[:, together.index(signal)]
    _verify(column, signal, folder / signal.file)
    millivolts = (column - float(signal.baseline)) / signal.gain * UNITS[signal.units]
    millivolts[column == INVALID[signal.storage]] = np.nan
    return millivolts.astype(np.float32)


def _named(header: Header, lead: str) -> Signal:
    for signal in header.signals:
        if signal.lead == lead:
            return signal
    raise RecordError(
        f"Record {header.name} has no lead {lead}; it has {', '.join(header.leads)}. "
        "Choose one of these by its name."
    )


def _interleaved(header: Header, together: list[Signal], path: Path) -> Integers:
    """All signals of one file, `(samples, signals)`."""
    storage, offset = together[0].storage, together[0].offset
    if storage not in INVALID:
        raise RecordError(f"{path} is in format {storage}; formats 212 and 16 are read.")
    content = read_bytes(path, MOST_BYTES)[offset:]
    held = len(content) * 2 // 3 if storage == 212 else len(content) // 2
    samples = header.samples or held // len(together)
    wanted = samples * len(together)
    if wanted > held:
        raise RecordError(
            f"{path} is too short: {wanted:,} samples are promised, {held:,} are there."
        )
    stream = _unpack_212(content, wanted) if storage == 212 else _unpack_16(content, wanted)
    return stream.reshape(samples, len(together))


def _unpack_212(content: bytes, wanted: int) -> Integers:
    size = (wanted + 1) // 2 * 3
    raw = np.zeros(size, np.uint8)
    held = np.frombuffer(content, np.uint8)[:size]
    raw[: len(held)] = held
    low, middle, high = raw.reshape(-1, 3).astype(np.int32).T
    first, second = low | (middle & 0x0F) << 8, high | (middle & 0xF0) << 4
    pairs = np.stack([first, second], axis=1).ravel()[:wanted]
    return np.where(pairs > 2047, pairs - 4096, pairs).astype(np.int32)


def _unpack_16(content: bytes, wanted: int) -> Integers:
    return np.frombuffer(content, "<i2", count=wanted).astype(np.int32)


def _verify(column: Integers, signal: Signal, path: Path) -> None:
    if signal.checksum is None:
        return
    total = int(column.sum(dtype=np.int64))
    if (total - signal.checksum) % 65536:
        raise RecordError(
            f"{path} is damaged: the checksum of lead {signal.lead} differs from the header's. "
            "Copy the record again from where it came from."
        )
