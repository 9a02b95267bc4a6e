from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client


@pytest.mark.django_db
def test_an_unknown_address_has_a_page_of_its_own(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_who_is_signed_in_keeps_the_pages_at_an_unknown_address(page: Client) -> None:
    text = page.get("/nowhere/").content.decode()
    assert "There is nothing at this address" in text
    assert '<nav class="pages"' in text


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "503", "507", "403_csrf"])
def test_error_pages_need_neither_request_nor_database(name: str) -> None:
    text = render_to_string(f"{name}.html")
    assert "<h1>" in text
    assert 'href="/"' in text


@pytest.mark.parametrize("name", ["/sign-in/", "/nowhere/"])
@pytest.mark.django_db
def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline(
    name: str, client: Client
) -> None:
    response = client.get(name)
    text = response.content.decode()
    assert "//" not in text.replace("http://www.w3.org/2000/svg", "").replace("<!doctype", "")
    assert " style=" not in text
    assert "<script>" not in text
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
