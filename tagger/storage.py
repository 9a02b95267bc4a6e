"""The stores under the name that the migrations know them by."""

from __future__ import annotations

from tagger.platform.storage.local import media_storage, model_storage

__all__ = ["media_storage", "model_storage"]
