from __future__ import annotations

import pytest
from django.test import Client

from tagger.models import User


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
