"""System checks, each with an id and a hint. `manage.py check --deploy --database default`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import DatabaseError

from ml.audio import can_refuse_syscalls

LOCAL = {"localhost", "127.0.0.1", "[::1]"}
LEAST_KEY = 16


@register()
def storage_is_writable(**_: Any) -> list[CheckMessage]:
    """A folder that cannot be written to would otherwise be found out at the first upload."""
    return [
        Error(
            f"{folder} cannot be written to.",
            hint=f"Give this user write access to it, or set {name} to another folder.",
            id="tonemark.E001",
        )
        for name, folder in (
            ("TONEMARK_MEDIA_ROOT", Path(settings.MEDIA_ROOT)),
            ("TONEMARK_DATA_DIR", Path(settings.MODELS_ROOT)),
        )
        if folder.exists() and not os.access(folder, os.W_OK)
    ]


@register(Tags.database)
def weights_are_there(**_: Any) -> list[CheckMessage]:
    from tagger.tags.effective import active_model

    try:
        model = active_model()
    except DatabaseError:
        # Before the first migration there are no tables; a database that is away says so itself.
        return []
    if model is None:
        return [
            Error(
                "No model is active, so nothing can be tagged.",
                hint="Run `manage.py bootstrap`, or activate one in the admin.",
                id="tonemark.E002",
            )
        ]
    if model.weights.storage.exists(str(model.weights.name)):
        return []
    return [
        Error(
            f"The weights of {model} are missing: {model.weights.name}.",
            hint="Restore the models folder from a backup, or activate another model.",
            id="tonemark.E003",
        )
    ]


@register()
def device_is_there(**_: Any) -> list[CheckMessage]:
    """Only where a GPU was asked for by name: to look for one takes PyTorch, and seconds."""
    if settings.DEVICE != "cuda":
        return []
    from ml.runtime import DeviceError, choose_device

    try:
        choose_device(settings.DEVICE)
    except DeviceError as error:
        hint = "Set TONEMARK_DEVICE to auto or cpu, or mend the driver."
        return [Error(str(error), hint=hint, id="tonemark.E004")]
    return []


@register(Tags.database, deploy=True)
def network_is_run_quickly(**_: Any) -> list[CheckMessage]:
    """What a worker here would run the network with, and why: found out by loading it."""
    from tagger.tags.effective import active_model

    try:
        model = active_model()
    except DatabaseError:
        return []  # see weights_are_there
    if model is None or not model.weights.storage.exists(str(model.weights.name)):
        return []
    from tagger.analysis.tagger_cache import load_tagger

    tagger = load_tagger(Path(model.weights.path))
    message = f"Tracks are heard on {tagger.device}: {tagger.device_reason}."
    return [Info(message, hint="docs/performance.md tells of quicker ways.", id="tonemark.I010")]


@register()
def metrics_key_is_long(**_: Any) -> list[CheckMessage]:
    if not settings.METRICS_KEY or len(settings.METRICS_KEY) >= LEAST_KEY:
        return []
    return [
        Error(
            f"TONEMARK_METRICS_KEY has fewer than {LEAST_KEY} characters.",
            hint="python -c 'import secrets; print(secrets.token_urlsafe(32))'",
            id="tonemark.E005",
        )
    ]


@register(Tags.security, deploy=True)
def any_host_is_answered(**_: Any) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    hint = "List the names the site is reached by in TONEMARK_ALLOWED_HOSTS."
    return [Warning("Requests for any host name are answered.", hint=hint, id="tonemark.W006")]


@register(Tags.security, deploy=True)
def passwords_go_in_the_open(**_: Any) -> list[CheckMessage]:
    reached = set(settings.ALLOWED_HOSTS) - LOCAL
    if settings.SECURE_SSL_REDIRECT or not reached:
        return []
    return [
        Warning(
            f"{', '.join(sorted(reached))} can be reached without HTTPS.",
            hint="Put a proxy that speaks TLS in front, and set TONEMARK_HTTPS=true.",
            id="tonemark.W007",
        )
    ]


@register(Tags.security, deploy=True)
def visitors_look_alike(**_: Any) -> list[CheckMessage]:
    if not settings.SECURE_SSL_REDIRECT or settings.PROXIES:
        return []
    return [
        Warning(
            "TONEMARK_HTTPS is on and TONEMARK_PROXIES is 0: all visitors have one address, "
            "so ten wrong passwords of one shut everybody out.",
            hint="Set TONEMARK_PROXIES to the number of proxies in front.",
            id="tonemark.W008",
        )
    ]


@register(Tags.security, deploy=True)
def broker_is_open(**_: Any) -> list[CheckMessage]:
    broker = urlsplit(settings.CELERY_BROKER_URL)
    if broker.scheme not in ("redis", "rediss") or broker.password:
        return []
    hint = "Set a password in the server (requirepass) and in TONEMARK_BROKER_PASSWORD."
    return [Warning("The broker asks for no password.", hint=hint, id="tonemark.W009")]


@register(Tags.security)
def decoders_are_sandboxed(**_: Any) -> list[CheckMessage]:
    """Not a warning: it still runs, with the limits that there are, and nobody can change it."""
    if can_refuse_syscalls():
        return []
    return [
        Info(
            "Decoders have limits on time and open files here, but could open connections.",
            hint="Linux on x86-64 or ARM64 can refuse them that.",
            id="tonemark.I011",
        )
    ]
