"""Gunicorn's configuration: `gunicorn --config python:webapp.web_server webapp.wsgi`."""

from __future__ import annotations

import gc

from webapp.settings.logs import LOGGING
from webapp.settings.web import WEB_PROCESSES, WEB_THREADS

worker_class = "webapp.web_worker.PatientWorker"
workers = WEB_PROCESSES
threads = WEB_THREADS
control_socket_disable = True
# Loaded once, before the processes are made: what they do not change they share. Nothing of it has
# a thread or a connection by then.
preload_app = True
logconfig_dict = LOGGING


def when_ready(server: object) -> None:
    """Gunicorn's hook: the application is loaded, no process is made of it yet."""
    settle()


def settle() -> None:
    """Load the views now, and spare the garbage collector all that was loaded for good.

    It would walk these hundreds of thousands of objects in every few requests, a tenth of a second
    each time, and write into their pages, which are shared no longer then.
    """
    from django.urls import resolve

    resolve("/")
    gc.collect()
    gc.freeze()
