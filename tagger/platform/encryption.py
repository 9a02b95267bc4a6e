"""Text that may be kept in the database, but be read with the site's own key only."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac


class SealBroken(Exception):
    """Sealed with another key, or changed since."""


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises SealBroken."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken from error


def _box() -> Fernet:
    key = salted_hmac("tagger.sealing", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
