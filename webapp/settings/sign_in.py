"""How people prove who they are, and how long somebody may guess (django-axes)."""

from __future__ import annotations

from datetime import timedelta

from . import environment

__all__ = [
    "ADMIN_PASSWORD",
    "AUTHENTICATION_BACKENDS",
    "AXES_CLIENT_IP_CALLABLE",
    "AXES_COOLOFF_TIME",
    "AXES_DISABLE_ACCESS_LOG",
    "AXES_FAILURE_LIMIT",
    "AXES_LOCKOUT_PARAMETERS",
    "AXES_LOCKOUT_TEMPLATE",
    "AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT",
    "AXES_VERBOSE",
]

# Of the first admin, and read once; without one it is made up and shown.
ADMIN_PASSWORD = environment.secret("ADMIN_PASSWORD")
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Ten wrong passwords from one address, for one account or for several, within a quarter of an hour.
# The account itself stays open to other addresses: else anybody could keep its owner out.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["ip_address"]
# Who guesses on must not be able to keep somebody else out for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "tagger.platform.http.client_address.client_address"
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
