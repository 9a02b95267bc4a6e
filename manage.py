#!/usr/bin/env python
"""Django's command line for Tonemark."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    # One connection is enough for a command, and one that fails should say so at once.
    os.environ.setdefault("TONEMARK_DATABASE_POOL", "false")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Tonemark: {error}")


if __name__ == "__main__":
    main()
