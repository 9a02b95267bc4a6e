"""Recordings that a test makes up: hearts drawn from bumps, written as WFDB files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.ecg.records import RATE, Annotations, write_annotations

EXCERPT = Path(__file__).parent / "excerpt" / "excerpt"
GAIN, BASELINE = 200, 1024
# Time before the R peak in s, width in s and height in mV of the bumps of a beat.
SHAPES = {
    "N": ((-0.16, 0.025, 0.15), (0.0, 0.012, 1.2), (0.03, 0.01, -0.25), (0.25, 0.05, 0.3)),
    "A": ((-0.10, 0.020, -0.10), (0.0, 0.012, 1.1), (0.03, 0.01, -0.25), (0.24, 0.05, 0.3)),
    "V": ((0.0, 0.045, 1.6), (0.22, 0.07, -0.6)),
    "F": ((0.0, 0.028, 1.4), (0.23, 0.06, -0.2)),
}
# When an early beat comes, as a share of the usual interval.
EARLY = {"N": 1.0, "A": 0.65, "V": 0.7, "F": 0.95}


def heart(
    seconds: float, seed: int, *, abnormal: str = "AV", share: float = 0.1, healthy: float = 0
) -> tuple[npt.NDArray[np.float32], Annotations]:
    """A signal in mV at RATE and its beats; after `healthy` seconds some are `abnormal` ones.

    Every seed is another person: another rate, another height and width of the bumps.
    """
    generator = np.random.default_rng(seed)
    usual = generator.uniform(0.7, 0.95)
    person = generator.uniform(0.8, 1.25, (8, 3))
    at = 0.5
    beats: list[tuple[float, str]] = []
    while at < seconds - 1:
        early = beats and beats[-1][1] == "N" and at > healthy and generator.random() < share
        symbol = str(generator.choice(list(abnormal))) if early else "N"
        at -= usual * (1 - EARLY[symbol]) if beats else 0
        beats.append((at, symbol))
        at += usual * (1 + (1 - EARLY[symbol]) + generator.normal(0, 0.02))
    time = np.arange(round(seconds * RATE)) / RATE
    signal = generator.normal(0, 0.02, len(time)) + 0.1 * np.sin(2 * np.pi * 0.2 * time)
    for moment, symbol in beats:
        near = slice(max(0, round((moment - 0.5) * RATE)), round((moment + 0.7) * RATE))
        for (offset, width, height), change in zip(SHAPES[symbol], person, strict=False):
            distance = time[near] - moment - offset * change[0]
            signal[near] += height * change[1] * np.exp(-0.5 * (distance / width / change[2]) ** 2)
    samples = np.array([round(moment * RATE) for moment, _ in beats], np.int64)
    symbols = tuple(symbol for _, symbol in beats)
    return signal.astype(np.float32), Annotations(samples, symbols, ("",) * len(beats))


def write_heart(folder: Path, name: str, seconds: float, seed: int, **choices: object) -> Path:
    """NAME.hea, NAME.dat and NAME.atr of a made-up heart; returns the path without a suffix."""
    signal, annotations = heart(seconds, seed, **choices)  # type: ignore[arg-type]
    path = write_record(folder / name, {"MLII": signal})
    write_annotations(folder / f"{name}.atr", annotations)
    return path


def write_record(
    path: Path,
    leads: dict[str, npt.NDArray[np.float32]],
    *,
    storage: int = 212,
    rate: float = RATE,
) -> Path:
    """Signals in mV as one WFDB file of format 212 or 16 with checksums; NaN is no sample."""
    invalid = {212: -2048, 16: -32768}[storage]
    values = np.stack([np.rint(signal * GAIN) + BASELINE for signal in leads.values()], axis=1)
    columns = np.where(np.isnan(values), invalid, values).astype(np.int64)
    packed = _pack_212(columns.ravel()) if storage == 212 else columns.astype("<i2").tobytes()
    path.with_name(f"{path.name}.dat").write_bytes(packed)
    lines = [f"{path.name} {len(leads)} {rate:g} {len(columns)}"]
    for name, column in zip(leads, columns.T, strict=True):
        checksum = int(np.int64(column.sum()).astype(np.int16))
        lines.append(
            f"{path.name}.dat {storage} {GAIN}({BASELINE})/mV 12 0 {column[0]} {checksum} 0 {name}"
        )
    path.with_name(f"{path.name}.hea").write_text("\n".join(lines) + "\n")
    return path


def _pack_212(values: npt.NDArray[np.int64]) -> bytes:
    even = np.append(values, 0)[: len(values) // 2 * 2 + len(values) % 2 * 2] & 0xFFF
    low, high = even[0::2], even[1::2]
    triples = np.stack([low & 0xFF, low >> 8 | high >> 8 << 4, high & 0xFF], axis=1)
    return triples.astype(np.uint8).tobytes()
