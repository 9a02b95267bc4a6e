from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tagger.models import User, Webhook
from tagger.webhooks import manage

from .receiver import Receiver, receiving


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    with receiving() as one:
        yield one


@pytest.fixture
def webhook(owner: User, receiver: Receiver) -> Webhook:
    """Is notified of everything that its owner may see."""
    events = [event for event in Webhook.Event if event not in Webhook.STAFF_EVENTS]
    return manage.make_webhook(owner, receiver.url, events)[0]
