"""Everybody who may stand before an address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.http import HttpResponseBase, QueryDict
from django.test import Client
from django.urls import reverse

from tagger.libraries.manage import make_library
from tagger.models import ApiToken, Library, Membership, Track, User
from tests.tagger.conftest import scratch_media, sent, token_client
from tests.web import rows

from .addresses import addresses
from .rules import RULES
from .targets import targets

__all__ = ["scratch_media", "sent"]

Ask = Callable[..., HttpResponseBase]
FORM = ("application/x-www-form-urlencoded", urlencode)
JSON = ("application/json", lambda _: "")


def browser(person: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


@pytest.fixture
def crowd(song: Track, outsider: User) -> dict[str, Client]:
    owner = rows.owner_of(song)
    boss = rows.person("boss", is_staff=True, is_superuser=True)
    return {
        "anonymous": Client(),
        "outsider": browser(outsider),
        "outsider's token": token_client(outsider),
        "read-only token": token_client(rows.owner_of(song), ApiToken.Scope.READ),
        "owner": browser(rows.owner_of(song)),
        "owner's token": token_client(rows.owner_of(song)),
        "staff": browser(boss),
        "token of elsewhere": token_client(owner, library=make_library(owner, "Elsewhere")),
        "token of the library": token_client(owner, library=song.library),
        "staff's limited token": token_client(boss, library=boss.personal_library),
        **members(song.library),
    }


def members(library: Library) -> dict[str, Client]:
    """One of each role, at a browser and with a token."""
    found: dict[str, Client] = {}
    for role in Membership.Role.values:
        person = rows.person(role)
        Membership.objects.create(library=library, person=person, role=role)
        found |= {role: browser(person), f"{role}'s token": token_client(person)}
    return found


@pytest.fixture
def ask(
    song: Track, crowd: dict[str, Client], settings: Any, sent: list[str], one_sample: None
) -> Ask:
    """Sends one request without content, and undoes whatever it did."""
    settings.REGISTRATION_OPEN = True
    known = targets(song)
    parameters = {address.name: address.parameters for address in addresses()}

    def send(
        who: str, method: str, at: str, values: dict[str, str] = known, within: str = ""
    ) -> HttpResponseBase:
        rule = RULES[at]
        wanted = {name: values[rule.values.get(name, name)] for name in parameters[at]}
        path, query = reverse(at, kwargs=wanted), QueryDict(rule.query, mutable=True)
        if within:
            query["library"] = within
        kind, content = FORM if at.startswith("web:") else JSON
        with transaction.atomic():
            response = crowd[who].generic(
                method,
                path,
                content(rule.form),
                content_type=kind,
                headers=rule.headers,
                query_params=query,
            )
            transaction.set_rollback(True)
        return response

    return send
