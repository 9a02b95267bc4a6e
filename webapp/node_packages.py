"""Serves single files out of node_modules: a package brings hundreds, the pages use a few."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage, Storage


class NodePackageFinder(BaseFinder):
    """NODE_FILES says under which folder of our addresses which file of which package is found."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.files = {
            f"{prefix}/{Path(source).name}": settings.NODE_MODULES / source
            for prefix, source in settings.NODE_FILES
        }

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        source = self.files.get(path)
        matches = [str(source)] if source and source.is_file() else []
        return matches if find_all else next(iter(matches), None)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name, source in self.files.items():
            if source.is_file() and not matches_patterns(name, [*(ignore_patterns or [])]):
                storage = FileSystemStorage(location=source.parent)
                storage.prefix = str(Path(name).parent)  # type: ignore[attr-defined]
                yield source.name, storage
