"""All hostile files: importing a module of them adds its own to the table."""

from __future__ import annotations

from tests.ml import hostile_contents, hostile_headers
from tests.ml.hostile_files import CASES

__all__ = ["CASES", "hostile_contents", "hostile_headers"]
