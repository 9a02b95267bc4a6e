from __future__ import annotations

from ..models import User


def register(username: str, password: str) -> User:
    """An ordinary account: the sign-up form is open to strangers, so it never makes staff."""
    return User.objects.create_user(username=username, password=password)
