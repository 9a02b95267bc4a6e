"""System checks, each with an id and a hint."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def storage_is_writable(**_: Any) -> list[CheckMessage]:
    """A folder that cannot be written to would otherwise be found out at the first upload."""
    return [
        Error(
            f"{folder} cannot be written to.",
            hint=f"Give this user write access to it, or set {name} to another folder.",
            id="tagger.E001",
        )
        for name, folder in (
            ("TONEMARK_MEDIA_ROOT", Path(settings.MEDIA_ROOT)),
            ("TONEMARK_DATA_DIR", Path(settings.MODELS_ROOT)),
        )
        if folder.exists() and not os.access(folder, os.W_OK)
    ]
