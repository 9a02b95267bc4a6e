"""In a network's place, where a test is about what is done with what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from tagger.models import ModelVersion

Says = Callable[[ModelVersion], Any]


class DeafTagger:
    """Says the same of every file."""

    device = "cpu"
    device_reason = "nothing is computed"

    def __init__(self, model: ModelVersion, says: Says) -> None:
        self.model, self.says = model, says

    def analyse_all(self, requests: Iterable[Any]) -> Iterator[Any]:
        for request in filter(None, requests):
            request.on_progress("tagging", 1.0, None)
            yield self.says(self.model)


def every_model_says(says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tagger.analysis.tagger_cache.loaded_tagger", lambda model: DeafTagger(model, says)
    )
