"""Typed readers of TONEMARK_… variables. A bad value ends in one sentence that names it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
PREFIX = "TONEMARK_"
TRUE = {"true", "yes", "on", "1"}
FALSE = {"false", "no", "off", "0"}

_environment = environ.Env()


def text(name: str, default: str = "") -> str:
    return str(_environment.str(PREFIX + name, default=default)).strip()


def is_set(name: str) -> bool:
    return bool(text(name))


def words(name: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or default


def switch(name: str, default: bool) -> bool:
    return _read(name, default, "true or false", _as_bool)


def whole(name: str, default: int, *, least: int = 0) -> int:
    def read(value: str) -> int:
        number = int(value.replace("_", ""))
        if number < least:
            raise ValueError
        return number

    return _read(name, default, f"a whole number, {least} or more", read)


def choice(name: str, default: str, choices: list[str]) -> str:
    def read(value: str) -> str:
        return choices[choices.index(value)]

    return _read(name, default, "one of " + ", ".join(choices), read)


def folder(name: str, default: Path) -> Path:
    return Path(text(name) or default).expanduser().resolve()


def folders(name: str) -> list[Path]:
    """A comma-separated list of folders; their last names tell them apart."""
    paths = [Path(word).expanduser().resolve() for word in words(name, [])]
    if len({path.name for path in paths}) != len(paths):
        raise ImproperlyConfigured(f"{PREFIX}{name} names two folders that are called the same.")
    return paths


def file_text(name: str) -> str:
    """What stands in the file that the variable names."""
    path = Path(text(name))
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{PREFIX}{name} names {path}, which cannot be read: {error.strerror}."
        ) from error


def secret(name: str) -> str:
    """The variable's value, or what stands in the file that NAME_FILE names; else empty."""
    given, from_file = text(name), is_set(f"{name}_FILE")
    if given and from_file:
        raise ImproperlyConfigured(f"Set either {PREFIX}{name} or {PREFIX}{name}_FILE, not both.")
    return file_text(f"{name}_FILE") if from_file else given


def _as_bool(value: str) -> bool:
    if value.lower() not in TRUE | FALSE:
        raise ValueError
    return value.lower() in TRUE


def _read(name: str, default: T, wanted: str, read: Callable[[str], T]) -> T:
    value = text(name)
    if not value:
        return default
    try:
        return read(value)
    except ValueError:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be {wanted}, not {value!r}.") from None
