"""Gunicorn's configuration: `gunicorn --config python:webapp.web_server webapp.wsgi`."""

from __future__ import annotations

from .settings import environment
from .settings.logs import LOGGING

worker_class = "gthread"
workers = environment.whole("WEB_PROCESSES", 2, least=1)
threads = environment.whole("WEB_THREADS", 8, least=1)
control_socket_disable = True
logconfig_dict = LOGGING
