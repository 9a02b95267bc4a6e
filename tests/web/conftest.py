from __future__ import annotations

import pytest
from django.test import Client

from tagger.actions.bootstrap import ensure_vocabulary
from tagger.models import Track, User

from . import rows


@pytest.fixture
def owner(db: None) -> User:
    ensure_vocabulary()
    return rows.person("owner")


@pytest.fixture
def outsider(db: None) -> User:
    return rows.person("outsider")


@pytest.fixture
def song(owner: User) -> Track:
    """A tagged track: surely a guitar, hardly a piano."""
    return rows.heard(rows.track(owner, "Blue hour", artist="Mira"), guitar=0.9, rock=0.6)


@pytest.fixture
def page(owner: User, client: Client) -> Client:
    """The owner's browser."""
    client.force_login(owner)
    return client


@pytest.fixture
def outside(outsider: User) -> Client:
    other = Client()
    other.force_login(outsider)
    return other
