from __future__ import annotations

import gc
import os
import subprocess
import sys

from webapp import web_server

SAY = """
from webapp import settings, web_server
print(web_server.threads, settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"])
"""


def test_every_thread_of_the_web_server_has_a_connection_to_the_database() -> None:
    said = subprocess.run(
        [sys.executable, "-c", SAY],
        env=os.environ | {"TONEMARK_WEB_THREADS": "40"},
        capture_output=True,
        text=True,
        check=True,
    )
    threads, connections = map(int, said.stdout.split())
    assert threads == 40
    assert connections > threads


def test_what_was_loaded_for_good_is_no_work_for_the_garbage_collector() -> None:
    try:
        web_server.settle()
        assert gc.get_freeze_count() > 50_000
        assert len(gc.get_objects()) < 5_000
    finally:
        gc.unfreeze()
