"""Examples of who may call the API, and of what its problems mean."""

from __future__ import annotations

from typing import Any

ME: dict[str, Any] = {
    "username": "mira",
    "email": "mira@example.org",
    "is_staff": False,
    "date_joined": "2026-01-02T10:00:00Z",
    "storage": {"used": 3_220_000_000, "limit": 10_737_418_240},
}
TOKEN_WISH: dict[str, Any] = {
    "name": "backup script",
    "scope": "read",
    "library": None,
    "expires_at": "2036-01-01T00:00:00Z",
}
TOKEN: dict[str, Any] = {
    "id": "2c8d1e5f-4a90-4b7c-9a63-7e4b1d520f6a",
    **TOKEN_WISH,
    "prefix": "tm_3fUqG2",
    "created_at": "2026-03-14T09:26:53.589793Z",
    "last_used_at": None,
}
NEW_TOKEN = TOKEN | {"secret": "tm_3fUqG2m0Jc1kQm8mQ3v5b2mXl1c9Zr7Hn0d4Ew6Yt8s"}
PROBLEM_TYPE: dict[str, Any] = {
    "type": "/api/v1/problems/too-large/",
    "title": "The file is too large",
    "status": 413,
    "meaning": "`limit` is the number of bytes that are accepted.",
}
LIBRARY_WISH: dict[str, Any] = {"name": "Station archive"}
LIBRARY: dict[str, Any] = {"id": 7, **LIBRARY_WISH, "role": "keeper", "personal": False}
ROLE_WISH: dict[str, Any] = {"role": "editor"}
MEMBER: dict[str, Any] = {
    "account": "mira",
    **ROLE_WISH,
    "created_at": "2026-03-14T09:26:53.589793Z",
}
INVITATION_WISH: dict[str, Any] = {"account": "jonas", "role": "listener"}
INVITATION: dict[str, Any] = {
    "id": 12,
    "library": 7,
    "library_name": "Station archive",
    **INVITATION_WISH,
    "invited_by": "mira",
    "created_at": "2026-03-14T09:26:53.589793Z",
}
INVITATION_ANSWER: dict[str, Any] = {"answer": "accept"}
