"""Figures as a Markdown table or as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]


def parser(doc: str | None) -> argparse.ArgumentParser:
    """A parser with the bench's own words as help, and `--json`."""
    made = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return made


def show(results: dict[str, Any], as_json: bool) -> None:
    """Print everything in `results`: facts as lines, lists of rows as tables."""
    if as_json:
        print(json.dumps(results, indent=2))
        return
    for name, value in results.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            print(f"\n**{name}**\n\n{table(value)}")
        elif isinstance(value, dict):
            print(f"{name}: " + ", ".join(f"{key} {fact}" for key, fact in value.items()))
        else:
            print(f"{name}: {value}")


def table(rows: Sequence[Row]) -> str:
    """A Markdown table; the columns are the keys of the first row."""
    columns = list(rows[0])
    numeric = [not isinstance(rows[0][column], str) for column in columns]
    lines = [columns, ["---:" if right else "---" for right in numeric]]
    lines += [[_cell(row[column]) for column in columns] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: Any) -> str:
    return (
        f"{value:,.3g}"
        if isinstance(value, float) and abs(value) < 100
        else (f"{value:,.0f}" if isinstance(value, (int, float)) else str(value))
    )
