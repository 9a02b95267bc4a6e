"""Typed readers of TONEMARK_… variables. A bad value ends in one sentence that names it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from email.utils import parseaddr
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

T = TypeVar("T")
PREFIX = "TONEMARK_"
TRUE = {"true", "yes", "on", "1"}
FALSE = {"false", "no", "off", "0"}
# A name, one with all its subdomains (.example.org), or an IPv6 address in its brackets.
_HOST = re.compile(r"\.?[\w-]+(\.[\w-]+)*\.?|\[[0-9a-fA-F:.]+\]")
_ORIGIN = re.compile(
    r"https?://(\*\.)?([\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?", re.ASCII
)

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


# What a machine can count to without further thought: 64 bits with a sign.
LARGEST = 2**63 - 1


def whole(name: str, default: int, *, least: int = 0, most: int = LARGEST) -> int:
    def read(value: str) -> int:
        number = int(value.replace("_", ""))
        if not least <= number <= most:
            raise ValueError
        return number

    upper = f"{least} or more" if most == LARGEST else f"from {least} to {most}"
    return _read(name, default, f"a whole number, {upper}", read)


def choice(name: str, default: str, choices: list[str]) -> str:
    def read(value: str) -> str:
        return choices[choices.index(value)]

    return _read(name, default, "one of " + ", ".join(choices), read)


def time_zone(name: str, default: str) -> str:
    def read(value: str) -> str:
        return str(ZoneInfo(value))

    return _read(name, default, "a time zone such as Europe/Berlin", read)


def host_names(name: str, default: list[str]) -> list[str]:
    """A comma-separated list of names that a site is reached by: no scheme, port or path."""
    names = words(name, default)
    for one in names:
        if one != "*" and not _HOST.fullmatch(one):
            raise ImproperlyConfigured(
                f"{PREFIX}{name} must hold names such as tags.example.org, without scheme, port or "
                f"path, not {one!r}."
            )
    return names


def origins(name: str) -> list[str]:
    """A comma-separated list of what browsers call the origin of a page: scheme, host, port."""
    given = words(name, [])
    for one in given:
        if not _ORIGIN.fullmatch(one):
            raise ImproperlyConfigured(
                f"{PREFIX}{name} must hold origins such as https://tags.example.org, without a "
                f"path, not {one!r}."
            )
    return given


def mail_address(name: str, default: str) -> str:
    """With or without a name: `Tonemark <tags@example.org>`."""

    def read(value: str) -> str:
        if not value.isprintable():
            raise ValueError
        try:
            validate_email(parseaddr(value)[1])
        except ValidationError as error:
            raise ValueError from error
        return value

    return _read(name, default, "a mail address such as tags@example.org", read)


def address(name: str, value: str, schemes: Iterable[str], example: str) -> str:
    """`value`, an address with one of `schemes` and, if any, a port that is one."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in schemes or port == 0:
        raise ImproperlyConfigured(f"{PREFIX}{name} must look like {example}.")
    return value


def folder(name: str, default: Path) -> Path:
    return Path(text(name) or default).expanduser().resolve()


def folders(name: str) -> list[Path]:
    """A comma-separated list of folders; their last names tell them apart."""
    paths = [Path(word).expanduser().resolve() for word in words(name, [])]
    if len({path.name for path in paths}) != len(paths):
        raise ImproperlyConfigured(f"{PREFIX}{name} names two folders that are called the same.")
    return paths


def roots(name: str) -> list[Path]:
    """A comma-separated list of folders, as absolute paths. They need not be there now."""
    given = [Path(word).expanduser() for word in words(name, [])]
    for path in given:
        if not path.is_absolute() or path.resolve() == Path("/"):
            raise ImproperlyConfigured(
                f"{PREFIX}{name} must hold absolute paths such as /srv/music, not {str(path)!r}."
            )
    return given


def file_text(name: str) -> str:
    """What stands in the file that the variable names."""
    path = Path(text(name))
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{PREFIX}{name} names {path}, which cannot be read: {error.strerror}."
        ) from error
    except UnicodeDecodeError as error:
        raise ImproperlyConfigured(f"{PREFIX}{name} names {path}, which is no text.") from error


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
    # Time zones that are not there are KeyErrors; names of folders in their place, OSErrors.
    except (ValueError, KeyError, OSError):
        raise ImproperlyConfigured(f"{PREFIX}{name} must be {wanted}, not {value!r}.") from None
