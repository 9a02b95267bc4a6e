from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.http import HttpResponseBase
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from tagger.platform.http.range_response import (
    CHUNK,
    RangeNotSatisfiable,
    Span,
    parse_range,
    ranged_response,
)

CONTENT = bytes(range(256)) * 1000


def answer(tmp_path: Path, method: str = "GET", **headers: str) -> HttpResponseBase:
    path = tmp_path / "song.mp3"
    path.write_bytes(CONTENT)
    request = RequestFactory().generic(method, "/", headers=headers)
    content: File[bytes] = File(path.open("rb"))
    return ranged_response(
        request,
        content,
        content_type="audio/mpeg",
        disposition='inline; filename="a.mp3"',
        etag="abc",
    )


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", Span(0, 0)),
        ("bytes=0-99", Span(0, 99)),
        ("bytes=990-", Span(990, 999)),
        ("bytes=990-5000", Span(990, 999)),
        ("bytes=-10", Span(990, 999)),
        ("bytes=-5000", Span(0, 999)),
        ("Bytes=5-6", Span(5, 6)),
        ("bytes=0-" + "9" * 5000, Span(0, 999)),
    ],
)
def test_a_range_within_the_file_is_understood(header: str, span: Span) -> None:
    assert parse_range(header, 1000) == span


@pytest.mark.parametrize(
    "header",
    ["bytes=5-4", "bytes=-", "bytes=a-b", "items=0-1", "bytes=0-1,5-6", "bytes", "", "bytes=٣-٤"],
)
def test_a_header_that_is_no_single_range_is_passed_over(header: str) -> None:
    assert parse_range(header, 1000) is None


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=" + "9" * 5000 + "-", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        parse_range(header, 1000)


def test_an_empty_file_satisfies_no_range() -> None:
    for header in ("bytes=0-", "bytes=-1"):
        with pytest.raises(RangeNotSatisfiable):
            parse_range(header, 0)


@given(st.text(max_size=30), st.integers(0, 2000))
def test_no_header_breaks_the_parser(text: str, size: int) -> None:
    for header in (text, f"bytes={text}"):
        try:
            span = parse_range(header, size)
        except RangeNotSatisfiable:
            continue
        assert span is None or 0 <= span.first <= span.last < size


def test_the_whole_file_comes_without_a_range(tmp_path: Path) -> None:
    response = answer(tmp_path)
    assert response.status_code == 200
    assert body(response) == CONTENT
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Length"] == str(len(CONTENT))
    assert "private" in response["Cache-Control"]


def test_a_part_comes_with_its_place(tmp_path: Path) -> None:
    response = answer(tmp_path, Range=f"bytes=1000-{1000 + CHUNK + 5}")
    assert response.status_code == 206
    assert body(response) == CONTENT[1000 : 1000 + CHUNK + 6]
    assert response["Content-Range"] == f"bytes 1000-{1000 + CHUNK + 5}/{len(CONTENT)}"
    assert response["Content-Length"] == str(CHUNK + 6)


def test_a_head_request_tells_the_size_and_sends_nothing(tmp_path: Path) -> None:
    response = answer(tmp_path, "HEAD")
    assert response["Content-Length"] == str(len(CONTENT))
    assert not response.streaming


def test_a_known_file_is_not_sent_again(tmp_path: Path) -> None:
    for known in ('"abc"', 'W/"abc"', '"x", "abc"', "*"):
        assert answer(tmp_path, **{"If-None-Match": known}).status_code == 304
    assert answer(tmp_path, **{"If-None-Match": '"abd"'}).status_code == 200


def test_a_part_of_another_version_is_answered_with_the_whole(tmp_path: Path) -> None:
    asked = {"Range": "bytes=0-9"}
    assert answer(tmp_path, **asked, **{"If-Range": '"abc"'}).status_code == 206
    assert answer(tmp_path, **asked, **{"If-Range": '"old"'}).status_code == 200


def test_a_file_name_cannot_break_out_of_its_header(tmp_path: Path) -> None:
    disposition = answer(tmp_path)["Content-Disposition"]
    assert disposition.startswith("inline; filename")
    assert '"b"' not in disposition


def test_the_file_is_closed_when_the_answer_is(tmp_path: Path, db: None) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(CONTENT)
    content: File[bytes] = File(path.open("rb"))
    request = RequestFactory().get("/")
    response = ranged_response(request, content, content_type="a/b", disposition="inline", etag="e")
    response.close()
    assert content.closed
