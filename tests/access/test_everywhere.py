"""What holds for every address there is."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from tagger.models import Track

from .addresses import Address, addresses
from .conftest import Ask
from .rules import ADMIN, RULES, UNNAMED, Audience
from .targets import TITLE, guessed, targets

OF_SOMEBODY = [
    (name, method)
    for name, rule in RULES.items()
    if rule.audience in (Audience.MEMBER, Audience.KEEPER, Audience.OWNER)
    for method in rule.methods.split()
]
OPEN_IN_ADMIN = {"admin:login", "admin:logout"}
READ = [name for name, rule in RULES.items() if "GET" in rule.methods.split()]


def body(response: HttpResponseBase) -> str:
    if isinstance(response, StreamingHttpResponse):
        return b"".join(response).decode("latin-1")
    return response.content.decode("latin-1")  # type: ignore[attr-defined]


def without_ids(text: str) -> str:
    """What differs between two answers by itself: ids, masks of CSRF tokens, nonces."""
    text = re.sub(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", "ID", text)
    text = re.sub(r"/\d+/", "/NUMBER/", text)
    text = re.sub(r'name="csp-nonce" content="[^"]*"', "NONCE", text)
    return re.sub(r"\b[A-Za-z0-9]{64}\b", "TOKEN", text)


def test_every_address_has_a_rule_and_every_rule_an_address() -> None:
    known = addresses()
    names = {address.name for address in known if not address.name.startswith(ADMIN)}
    assert names - {""} == set(RULES), "write the rule of each new address in tests/access/rules.py"
    unnamed = {address.route for address in known if not address.name}
    assert {route for route in unnamed if not route.startswith("admin/")} == UNNAMED


def test_the_rules_know_what_each_address_names(song: Track) -> None:
    known = targets(song)
    for address in addresses():
        if address.name in RULES:
            meant = RULES[address.name].values
            assert {meant.get(name, name) for name in address.parameters} <= known.keys()


def test_a_guess_and_a_strangers_id_have_the_same_answer(ask: Ask, song: Track) -> None:
    guess = guessed(targets(song))
    wrong = []
    for name, method in OF_SOMEBODY:
        for who in ("outsider", "staff"):
            strange, guessed_at = ask(who, method, name), ask(who, method, name, guess)
            same = without_ids(body(strange)) == without_ids(body(guessed_at))
            if not same or {strange.status_code, guessed_at.status_code} != {404}:
                wrong.append((who, method, name, strange.status_code, guessed_at.status_code))
    assert wrong == []


def test_nothing_of_the_owners_shows_in_what_others_read(ask: Ask, song: Track) -> None:
    shown = []
    for name in READ:
        for who in ("anonymous", "outsider", "outsider's token"):
            text = body(ask(who, "GET", name))
            if TITLE in text or song.file_sha256 in text:
                shown.append((who, name))
    assert shown == []


def test_the_admin_lets_only_staff_past_its_door(crowd: dict[str, Client]) -> None:
    wrong = []
    for address in addresses():
        if not address.name.startswith(ADMIN) or address.name in OPEN_IN_ADMIN:
            continue
        for who in ("anonymous", "outsider", "owner", "owner's token"):
            response = crowd[who].get(admin_path(address))
            if not response.get("Location", "").startswith("/admin/login/"):
                wrong.append((who, address.name, response.status_code))
    assert wrong == []


def admin_path(address: Address) -> str:
    values = {"app_label": "tagger", "url": "nowhere"}
    wanted = {name: values.get(name, "1") for name in address.parameters}
    if wanted:
        return reverse(address.name, kwargs=wanted)
    # Django leaves the object's id in the admin's addresses without a name.
    return reverse(address.name, args=["1"] if "<" in address.route else [])


def test_stored_files_have_no_address_of_their_own(song: Track, crowd: dict[str, Client]) -> None:
    for top in ("media", "protected", "var/media", "static/../media"):
        with pytest.raises(Resolver404):
            resolve(f"/{top}/{song.file.name}")
        assert crowd["staff"].get(f"/{top}/{song.file.name}").status_code == 404


def test_an_address_that_does_not_exist_says_so(crowd: dict[str, Client]) -> None:
    for who, client in crowd.items():
        assert client.get(f"/api/v1/{uuid4()}/").status_code == 404, who
        assert client.get(f"/{uuid4()}/").status_code == 404, who
