"""What a process of ours registers by starting, and nothing would miss until production."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ASK = """
import django, sys
django.setup()
sys.exit(sys.argv[1] not in sys.modules)
"""


@pytest.mark.parametrize(
    "module",
    [
        # A worker that does not say that it lives is dead to the status page and to its container.
        "tagger.jobs.worker_signals",
        "tagger.operations.checks",
        "tagger.platform.celery.request_id",
        "tagger.platform.celery.shutdown",
    ],
)
def test_a_start_registers_it(module: str) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", ASK, module],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "webapp.settings"},
        check=False,
    )
    assert asked.returncode == 0
