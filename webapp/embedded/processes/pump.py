"""Carries what a child writes into its log file, and its errors to the terminal as well."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

# With its backups 60 MB a program: days of a busy installation, and never a full disk.
LARGEST = 10 * 1024**2
BACKUPS = 5
ERROR = re.compile(r"\b(ERROR|CRITICAL)\b|\[ERROR")


def pump(stream: IO[str], file: Path, tell: Callable[[str], None]) -> threading.Thread:
    thread = threading.Thread(target=_carry, args=(stream, file, tell), daemon=True)
    thread.start()
    return thread


def _carry(stream: IO[str], file: Path, tell: Callable[[str], None]) -> None:
    log = RotatingFileHandler(file, maxBytes=LARGEST, backupCount=BACKUPS, encoding="utf-8")
    try:
        for line in stream:
            log.emit(logging.makeLogRecord({"msg": line.rstrip("\n")}))
            if ERROR.search(line):
                tell(line.rstrip("\n"))
    finally:
        log.close()
        stream.close()
