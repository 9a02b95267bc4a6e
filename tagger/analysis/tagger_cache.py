"""The network of a worker process: loaded once for each model version, then kept warm.

Imported by tasks and commands only: it brings in torch, which the web process never needs.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from django.conf import settings

from ml.inference import Tagger
from tagger.models import ModelVersion

_lock = Lock()
_loaded: dict[str, Tagger] = {}


def loaded_tagger(model: ModelVersion) -> Tagger:
    """The tagger for this version. Only the latest is kept, since a network can be large."""
    with _lock:
        if model.sha256 not in _loaded:
            tagger = load_tagger(Path(model.weights.path))
            _loaded.clear()
            _loaded[model.sha256] = tagger
        return _loaded[model.sha256]


def load_tagger(path: Path | None = None) -> Tagger:
    return Tagger.load(path, device=settings.DEVICE, threads=settings.TORCH_THREADS)
