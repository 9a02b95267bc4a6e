from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tagger.folders import manage
from tagger.folders.watch import watch_folders
from tagger.management.follow_job import follow_job
from tagger.management.named_library import named_library, only_library
from tagger.models import Folder, Job, Library
from tagger.platform.storage.in_place import encoded


class Command(BaseCommand):
    help = (
        "Folders of music that are read where they lie. They must be below those that "
        "TONEMARK_FOLDERS allows; their files are not copied, moved or changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="act", required=True, metavar="add|list|scan|watch")
        add = actions.add_parser("add", help="add a folder to a library and scan it")
        add.add_argument("folder", type=Path, metavar="DIR")
        add.add_argument(
            "--library", metavar="NAME", help="its name or number (default: the only one there is)"
        )
        add.add_argument(
            "--every",
            type=int,
            choices=Folder.Every.values,
            default=int(Folder.Every.HOUR),
            help="minutes between two scans; 0: only when asked (%(default)s)",
        )
        actions.add_parser("list", help="folders, their files and their states")
        scan = actions.add_parser("scan", help="scan folders now, and show how far it is")
        scan.add_argument("folder", type=Path, metavar="DIR", nargs="*", help="(default: all)")
        scan.add_argument("--detach", action="store_true", help="do not wait for the end")
        actions.add_parser("watch", help="scan what changes, until Ctrl-C (a worker does that too)")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['act']}")(options)

    def _add(self, options: dict[str, Any]) -> None:
        try:
            folder = manage.add_folder(
                _library(options["library"]),
                str(options["folder"].absolute()),
                by=None,
                every=options["every"],
            )
        except manage.FolderError as error:
            raise CommandError(error.detail) from error
        manage.request_scan(folder, by=None, trigger=Job.Trigger.COMMAND)
        self.stdout.write(f"Added: {folder}. The folders worker scans it.")

    def _list(self, options: dict[str, Any]) -> None:
        for folder in Folder.objects.select_related("library"):
            told = ", ".join(f"{n} {state}" for state, n in manage.counts(folder).items() if n)
            away = " (not there now)" if folder.away_since else ""
            self.stdout.write(f"{folder}{away} [{folder.library}]: {told or 'no files yet'}")

    def _scan(self, options: dict[str, Any]) -> None:
        folders = _folders(options["folder"])
        jobs = [manage.request_scan(one, by=None, trigger=Job.Trigger.COMMAND) for one in folders]
        for folder, job in zip(folders, jobs, strict=True):
            if options["detach"] or not follow_job(job, "waits for the folders worker"):
                self.stdout.write(f"{folder}: the scan goes on.")
                continue
            result = {name: n for name, n in job.result.items() if isinstance(n, int) and n}
            told = ", ".join(f"{name} {n}" for name, n in result.items())
            self.stdout.write(f"{folder}: {told or 'nothing there'}")

    def _watch(self, options: dict[str, Any]) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("Folders are watched. Ctrl-C ends it.")
        watch_folders(stop)


def _folders(paths: list[Path]) -> list[Folder]:
    if not paths:
        return list(Folder.objects.all())
    found = []
    for path in paths:
        folder = Folder.objects.filter(path=encoded(path.resolve())).first()
        if folder is None:
            raise CommandError(f"{path} is no folder of a library. See `manage.py folders list`.")
        found.append(folder)
    return found


def _library(name: str | None) -> Library:
    return named_library(name) if name else only_library()
