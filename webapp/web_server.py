"""Gunicorn's configuration: `gunicorn --config python:webapp.web_server webapp.wsgi`."""

from __future__ import annotations

import gc

from webapp.settings.logs import LOGGING
from webapp.settings.web import WEB_PROCESSES, WEB_THREADS

worker_class = "webapp.web_worker.PatientWorker"
workers = WEB_PROCESSES
threads = WEB_THREADS
control_socket_disable = True
logconfig_dict = LOGGING


def post_worker_init(worker: object) -> None:
    """Gunicorn's hook: the application is loaded, no request has come."""
    settle()


def settle() -> None:
    """Load the views now, and spare the garbage collector all that was loaded for good.

    It would walk these hundreds of thousands of objects in every few requests, a tenth of a second
    each time.
    """
    from django.urls import resolve

    resolve("/")
    gc.collect()
    gc.freeze()
