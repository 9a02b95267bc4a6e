"""Settings as a table: each field of a section with its type, its range and what it means.

A section is a frozen dataclass whose fields are made by `setting`; `check_section` holds values
from outside (a file, a command line, a card) to the table, and refuses with a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

# Beyond this a number is no setting, and its square no float: infinity and NaN are refused with it.
_LARGEST = 1e150
_KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


class ConfigError(ValueError):
    """A setting that is unknown, of the wrong type, out of range or contradicts another one."""


@dataclass(frozen=True)
class Setting:
    """What a field may be: of `kind`, within its bounds, or one of `choices`.

    `above` and `below` are bounds that do not belong to the range themselves.
    """

    kind: type
    meaning: str
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def requirement(self) -> str:
        """What it must be, to end a sentence with: "a number above 0 and at most 1"."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.at_least is not None and self.at_most is not None:
            return f"{_KINDS[self.kind]} from {self.at_least:,} to {self.at_most:,}"
        words = {
            "at_least": "of at least",
            "above": "above",
            "at_most": "at most",
            "below": "below",
        }
        bounds = [
            f"{word} {getattr(self, name):,}"
            for name, word in words.items()
            if getattr(self, name) is not None
        ]
        return " ".join([_KINDS[self.kind], " and ".join(bounds)]).strip()

    def allows(self, value: object) -> bool:
        """Whether `value` has the type and lies in the range; whole numbers are numbers."""
        # A bool is an int to Python, and to nobody else.
        if type(value) is not self.kind and not (self.kind is float and type(value) is int):
            return False
        if isinstance(value, str):
            return not self.choices or value in self.choices
        return isinstance(value, bool) or (isinstance(value, int | float) and self._holds(value))

    def _holds(self, value: float) -> bool:
        return (
            -_LARGEST <= value <= _LARGEST
            and (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )


def setting(default: Any, meaning: str, **bounds: Any) -> Any:
    """A dataclass field with this default; `bounds` are those of `Setting`."""
    return field(default=default, metadata={"setting": Setting(type(default), meaning, **bounds)})


def settings_of(section: type[Any]) -> Iterator[tuple[str, Setting]]:
    """The rows of the table: names and settings of the fields that are in it."""
    for item in fields(section):
        if "setting" in item.metadata:
            yield item.name, item.metadata["setting"]


def check_section(section: type[Any], values: Mapping[str, Any], prefix: str = "") -> None:
    """Raise ConfigError for the first of `values` that the table does not allow."""
    for name, row in settings_of(section):
        if name in values and not row.allows(values[name]):
            raise ConfigError(f"{prefix}{name} is {values[name]!r}; it must be {row.requirement}.")
