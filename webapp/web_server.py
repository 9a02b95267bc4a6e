"""Gunicorn's configuration: `gunicorn --config python:webapp.web_server webapp.wsgi`."""

from __future__ import annotations

from .settings.logs import LOGGING
from .settings.web import WEB_PROCESSES, WEB_THREADS

worker_class = "gthread"
workers = WEB_PROCESSES
threads = WEB_THREADS
control_socket_disable = True
logconfig_dict = LOGGING
