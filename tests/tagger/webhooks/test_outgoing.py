from __future__ import annotations

import socket
import ssl
import subprocess
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tagger.platform.net import safe_post
from tagger.platform.net.safe_post import post
from tagger.platform.net.ssrf_guard import AddressError, checked_url, is_allowed

from .receiver import Receiver

INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "ff02::1",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b:1::7f00:1",
    "64:ff9b::a00:1",
    "5f00::1",
    "100::1",
    "2001:db8::1",
    "2001:0:5db8:d822::80ff:fffe",
    "fec0::1",
    "4000::1",
    "3fff::1",
    "192.0.0.8",
    "192.88.99.1",
    "2001:470:1f0b::5efe:127.0.0.1",
    "2001:470:1f0b::200:5efe:10.0.0.1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_called(address: str) -> None:
    assert not is_allowed(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822"])
def test_addresses_of_the_world_are_called(address: str) -> None:
    assert is_allowed(address)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "example.org",
        "https://",
        "https://user:secret@example.org/",
        "https://example.org/#part",
        "https://a..b/",
        "https://.example.org/",
        f"https://{'a' * 64}.org/",
        "https://example.org:99999/",
        "https://example.org/ü",
        "https://exam ple.org/",
        "https://[::1]/",
        "http://127.0.0.1:5432/",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_a_url_that_cannot_be_a_webhooks_is_refused(url: str) -> None:
    with pytest.raises(AddressError):
        checked_url(url)


def test_a_name_that_leads_inside_is_not_called(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    outcome = post(receiver.url.replace("127.0.0.1", "localhost"), b"{}", {})
    assert outcome.status is None
    assert "private network" in outcome.error
    assert receiver.calls == []


def test_a_name_is_looked_up_once_and_that_address_called(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second look-up could be answered otherwise: that is how DNS rebinding works."""
    port = int(receiver.url.split(":")[2].split("/")[0])
    asked = []

    def look_up(host: str, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        "tagger.platform.net.ssrf_guard.socket.getaddrinfo",
        lambda host, *rest, **named: (
            look_up(host) if host == "hooks.example.org" else real(host, *rest, **named)
        ),
    )
    outcome = post(f"http://hooks.example.org:{port}/hook?x=1", b"{}", {})
    assert outcome.status == 204
    assert asked == ["hooks.example.org"]
    assert receiver.calls[0].headers["Host"] == f"hooks.example.org:{port}"
    assert receiver.calls[0].path == "/hook?x=1"


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.statuses, receiver.headers = [307], {"Location": receiver.url + "/elsewhere"}
    outcome = post(receiver.url, b"{}", {})
    assert (outcome.status, outcome.delivered) == (307, False)
    assert len(receiver.calls) == 1


def test_only_the_beginning_of_an_answer_is_read(receiver: Receiver) -> None:
    receiver.statuses, receiver.answer = [500], b"no\x00" + b"a" * 5_000_000
    outcome = post(receiver.url, b"{}", {})
    assert outcome.status == 500
    assert outcome.excerpt.startswith("no\ufffdaaa")
    assert len(outcome.excerpt) == 500


def test_an_answer_that_never_ends_is_cut_off(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe_post, "WHOLE_SECONDS", 0.5)
    receiver.answer, receiver.dripping = b"a" * 1200, 0.05
    began = time.monotonic()
    post(receiver.url, b"{}", {})
    assert time.monotonic() - began < 30  # unhindered it would take a minute


def test_a_server_that_is_not_there_is_a_reason(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        outcome = post(f"http://127.0.0.1:{unheard.getsockname()[1]}/", b"{}", {})
    assert outcome.status is None
    assert "refused" in outcome.error


def test_a_name_that_does_not_exist_is_a_reason() -> None:
    assert "cannot be resolved" in post("https://no-such-host.invalid/", b"{}", {}).error


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """For the name localhost alone."""
    made = tmp_path / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(made), "-out", str(tmp_path / "certificate.pem")]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    made.write_text(made.read_text() + (tmp_path / "certificate.pem").read_text())
    return made


def test_a_certificate_must_be_the_hosts(
    certificate: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *values: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    port = server.server_address[1]
    try:
        stranger = post(f"https://localhost:{port}/", b"{}", {})
        assert "certificate" in stranger.error.lower()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert post(f"https://localhost:{port}/", b"{}", {}).status == 204
        assert "127.0.0.1" in post(f"https://127.0.0.1:{port}/", b"{}", {}).error
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
