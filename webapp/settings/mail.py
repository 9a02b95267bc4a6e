"""How mail is sent. Without TONEMARK_EMAIL_URL none is."""

from __future__ import annotations

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from . import environment

__all__ = [
    "DEFAULT_FROM_EMAIL",
    "EMAIL_HOST",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "EMAIL_PORT",
    "EMAIL_TIMEOUT",
    "EMAIL_USE_SSL",
    "EMAIL_USE_TLS",
]

SCHEMES = ("smtp", "smtp+tls", "smtp+ssl")


def _server() -> dict[str, Any]:
    address = environment.text("EMAIL_URL")
    if not address:
        return {}
    environment.address("EMAIL_URL", address, SCHEMES, "smtp+tls://user@mail.example.org:587")
    if not environment.text("EMAIL_FROM"):
        raise ImproperlyConfigured("TONEMARK_EMAIL_URL needs TONEMARK_EMAIL_FROM, a mail address.")
    server: dict[str, Any] = environ.Env.email_url_config(address)
    return server


_server_settings = _server()
EMAIL_HOST = _server_settings.get("EMAIL_HOST", "")
EMAIL_PORT = _server_settings.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _server_settings.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = environment.secret("EMAIL_PASSWORD") or (
    _server_settings.get("EMAIL_HOST_PASSWORD") or ""
)
EMAIL_USE_TLS = _server_settings.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _server_settings.get("EMAIL_USE_SSL", False)
# A worker of short work sends it; a server that does not answer must not hold it for long.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.mail_address("EMAIL_FROM", "tonemark@localhost")
