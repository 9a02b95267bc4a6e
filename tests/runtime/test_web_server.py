from __future__ import annotations

import os
import subprocess
import sys

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
