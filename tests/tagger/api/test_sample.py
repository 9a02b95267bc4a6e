from __future__ import annotations

import pytest
from django.test import Client

from tagger.models import Track, User


@pytest.mark.usefixtures("sent")
def test_the_sample_comes_once(api: Client, owner: User) -> None:
    first, again = api.post("/api/v1/sample/"), api.post("/api/v1/sample/")
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["track"]["artist"] == "Tonemark"
    assert again.json()["duplicate"] is True
    assert Track.objects.count() == 1
