"""The API's description as the code makes it: made once, since that takes seconds."""

from __future__ import annotations

from functools import cache
from io import StringIO
from typing import Any

import yaml
from django.core.management import call_command


@cache
def text() -> str:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


@cache
def description() -> dict[str, Any]:
    schema: dict[str, Any] = yaml.load(text(), yaml.CSafeLoader)
    return schema
