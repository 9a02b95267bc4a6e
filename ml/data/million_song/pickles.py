"""Files that Python's pickle has written, read as data: lists, dictionaries, texts and arrays.

The published split is kept in such files. A pickle may name any function to be called; here it may
name none but the few that put an array together (Python's manual, "Restricting Globals").
"""

from __future__ import annotations

import codecs
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ml.data.magnatagatune.annotations import DatasetError

# What broken bytes may come to, beside pickle's own error.
_DAMAGE = (
    *(pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError),
    *(AttributeError, ImportError, OverflowError, MemoryError),
)


def read_pickle(path: Path) -> Any:
    """What the file holds; texts of Python 2 are read as Latin-1, in which every byte is a letter.

    Raises DatasetError where it is missing, damaged or asks for anything to be called.
    """
    try:
        with path.open("rb") as stream:
            return _Data(stream, encoding="latin1").load()
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}.") from error
    except _DAMAGE as error:
        raise DatasetError(f"{path} is damaged, or no file of data: {error}.") from error


class _Data(pickle.Unpickler):
    """Can call nothing but what _ALLOWED names."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module.replace("numpy._core", "numpy.core"), name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}") from None


def _empty(_kind: object, _shape: object, _code: object) -> np.ndarray:
    """An array whose shape and values follow: nothing is allocated on a file's word alone."""
    return np.empty(0, dtype="b")


def _encode(text: str, encoding: str) -> bytes:
    """How bytes are written so that Python 2 can read them."""
    return codecs.encode(text, encoding) if encoding == "latin1" else b""


_ALLOWED: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy.core.multiarray", "_reconstruct"): _empty,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _encode,
}
