from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tagger.platform.http.private_cache import PrivateCacheMiddleware


@pytest.mark.parametrize("path", ["/", "/review/", "/trash/", "/account/", "/api/v1/tracks/"])
def test_what_is_somebodys_own_is_kept_by_no_cache(page: Client, path: str) -> None:
    response = page.get(path)
    assert response.status_code == 200
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_what_says_how_it_may_be_kept_is_believed(rf: RequestFactory) -> None:
    public = HttpResponse(headers={"Cache-Control": "max-age=3600, public"})
    answer = PrivateCacheMiddleware(lambda _: public)(rf.get("/static/css/base.css"))
    assert answer["Cache-Control"] == "max-age=3600, public"
