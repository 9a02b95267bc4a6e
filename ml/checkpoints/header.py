"""What a safetensors file says of its tensors, read without making one of them.

The format: eight bytes with the header's length (little-endian), the header as JSON, then the
numbers (https://github.com/huggingface/safetensors). Needs no torch, so a web process may look.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from .card import WeightsError

# Some hundred bytes a tensor: room for fifty thousand of them.
MAX_HEADER = 10 * 1024**2
# Bytes of a number. Others the format knows are not those of a network's weights.
DTYPES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "U8": 1, "BOOL": 1}


@dataclass(frozen=True)
class TensorEntry:
    """A tensor as the header names it: its dtype by the format's own name, and its shape."""

    dtype: str
    shape: tuple[int, ...]


def read_header(file: Path) -> dict[str, TensorEntry]:
    """The tensors of `file` by name.

    Raises WeightsError when it is no safetensors file, or the sizes it names are not those that are
    there.
    """
    try:
        with file.open("rb") as content:
            size = content.seek(0, 2)
            content.seek(0)
            length = int.from_bytes(content.read(8), "little")
            if size < 8 or length > min(MAX_HEADER, size - 8):
                raise WeightsError(f"The weights {file} are no safetensors file, or cut off.")
            values = json.loads(content.read(length))
    except OSError as error:
        raise WeightsError(f"The weights {file} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(f"The weights {file} have no header that can be read.") from error
    return _entries(values, size - 8 - length, file)


def _entries(values: Any, room: int, file: Path) -> dict[str, TensorEntry]:
    entries: dict[str, TensorEntry] = {}
    needed = 0
    if not isinstance(values, dict):
        raise WeightsError(f"The weights {file} have no header that can be read.")
    for name, value in values.items():
        if name == "__metadata__":
            continue
        entries[name] = entry = _entry(value, name, file)
        needed += prod(entry.shape) * DTYPES[entry.dtype]
    if needed != room:
        raise WeightsError(
            f"The weights {file} hold {room:,} bytes of numbers; their header names {needed:,}."
        )
    return entries


def _entry(value: Any, name: str, file: Path) -> TensorEntry:
    dtype = value.get("dtype") if isinstance(value, dict) else None
    shape = value.get("shape") if isinstance(value, dict) else None
    if (
        dtype not in DTYPES
        or not isinstance(shape, list)
        or not all(type(side) is int and side >= 0 for side in shape)
    ):
        raise WeightsError(f"The weights {file} have a tensor of an unknown kind: {name[:100]}.")
    return TensorEntry(dtype, tuple(shape))
