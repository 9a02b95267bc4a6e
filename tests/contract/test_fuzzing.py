"""The running server against its own description: schemathesis asks whatever may be asked.

Found are faults of the server, statuses and media types that are not described, and answers that
breach their schemas; calls follow each other as the described links lead.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tagger.accounts.tokens import make_token
from tagger.models import ApiToken, Job, ModelVersion, Track, User
from tagger.operations.bootstrap import ensure_model
from tests.access.targets import webhook_delivery
from tests.web import rows

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,allow_header_conformance,ignored_auth"
)
HOOKS = Path(__file__).parent
SCHEMA = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
STAFF = "models|trainings|reanalyses|vocabulary|status"
# Where an owner's answers lead on.
CHAINS = r"/(tracks|jobs|trash|webhooks)/($|\{)"
# The links that are described, none that are guessed.
OUR_LINKS = """
[phases.stateful]
max-steps = 6
[phases.stateful.inference]
algorithms = []
"""
# So many cases an operation; a longer search: TONEMARK_FUZZ=100.
CASES = os.environ.get("TONEMARK_FUZZ", "2")
WALKS = os.environ.get("TONEMARK_FUZZ", "25")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("one_sample"),
]


def search(site: str, token: str, phases: str, tmp_path: Path, *more: str) -> str:
    """What it says at its end."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(SCHEMA), "--url", site),
        *("--phases", phases, "--checks", CHECKS, "--max-examples", CASES, "--workers", "2"),
        *("--seed", "1", "--no-shrink", "--generation-deterministic", "--continue-on-failure"),
        *("--suppress-health-check", "all", "--warnings", "off", "--request-timeout", "60"),
        *("--header", f"Authorization: Bearer {token}", *more),
    ]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "fuzzing_hooks", "PYTHONPATH": str(HOOKS)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture
def model(transactional_db: None) -> ModelVersion:
    """A real one: its card says all that staff may ask."""
    return ensure_model()


@pytest.fixture
def lived_in(model: ModelVersion, owner: User, song: Track) -> User:
    """A library with a track, jobs and tags, so that some questions have answers."""
    rows.job(song, Job.State.FAILED, error_code="damaged", error_detail="The file is damaged.")
    return owner


def test_an_owner_finds_no_fault(live_server: Any, lived_in: User, tmp_path: Path) -> None:
    token = make_token(lived_in, "search", ApiToken.Scope.WRITE)[1]
    search(live_server.url, token, "fuzzing", tmp_path)


def test_staff_find_no_fault(live_server: Any, lived_in: User, tmp_path: Path) -> None:
    boss = rows.person("boss", is_staff=True)
    token = make_token(boss, "search", ApiToken.Scope.WRITE)[1]
    search(live_server.url, token, "fuzzing", tmp_path, "--include-path-regex", STAFF)


def test_a_reader_who_writes_finds_no_fault(
    live_server: Any, lived_in: User, tmp_path: Path
) -> None:
    token = make_token(lived_in, "search", ApiToken.Scope.READ)[1]
    search(live_server.url, token, "fuzzing", tmp_path, "--exclude-method", "GET")


def test_whoever_follows_the_links_finds_no_fault(
    live_server: Any, lived_in: User, tmp_path: Path
) -> None:
    webhook_delivery(lived_in)
    (tmp_path / "schemathesis.toml").write_text(OUR_LINKS)
    token = make_token(lived_in, "search", ApiToken.Scope.WRITE)[1]
    more = ["--include-path-regex", CHAINS, "--max-examples", WALKS]
    said = search(live_server.url, token, "stateful", tmp_path, *more)
    followed = re.search(r"API Links: +(\d+) covered", said)
    assert followed, said
    assert int(followed[1]) >= 5, said
