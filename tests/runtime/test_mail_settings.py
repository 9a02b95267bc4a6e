from __future__ import annotations

import os
import subprocess
import sys

import pytest

SAY = """
from webapp.settings import mail
print(mail.EMAIL_HOST, mail.EMAIL_PORT, mail.EMAIL_HOST_USER, mail.EMAIL_HOST_PASSWORD,
      mail.EMAIL_USE_TLS, mail.DEFAULT_FROM_EMAIL)
"""
SENDER = {"EMAIL_FROM": "tonemark@example.org"}


def settings_of(**values: str) -> subprocess.CompletedProcess[str]:
    given = {f"TONEMARK_{name}": value for name, value in values.items()}
    return subprocess.run(
        [sys.executable, "-c", SAY], env=os.environ | given, capture_output=True, text=True
    )


def test_a_mail_server_is_one_address() -> None:
    address = "smtp+tls://tonemark@mail.example.org:587"
    said = settings_of(EMAIL_URL=address, EMAIL_PASSWORD="secret", **SENDER).stdout
    assert said.split() == [
        "mail.example.org", "587", "tonemark", "secret", "True", "tonemark@example.org",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"EMAIL_URL": "mail.example.org", **SENDER}, "must look like smtp+tls://"),
        ({"EMAIL_URL": "smtp://mail.example.org"}, "needs TONEMARK_EMAIL_FROM"),
    ],
)
def test_what_makes_no_sense_stops_the_start(values: dict[str, str], said: str) -> None:
    done = settings_of(**values)
    assert done.returncode
    assert said in done.stderr
