from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from tagger.models import Job, User
from tagger.uploads.import_folder import FileOutcome, import_file, list_folder

# A schedule may take it for success: the files stay where they are, and stay refused.
SOME_REFUSED = 3


class Command(BaseCommand):
    help = (
        "Bring a folder of audio into a library. Files are copied; those that are there already "
        "are skipped, so the command can be stopped and started again at any time. Exit codes: 0, "
        f"{SOME_REFUSED} when all went well but some files cannot be read as audio, 1 otherwise."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--owner", help="user name (default: the only admin there is)")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        owner = _owner(options["owner"])
        listing = list_folder(folder)
        for line in listing.unreadable:
            self.stderr.write(f"{line}. What is in it was not looked at.")
        outcomes = self._import(listing.files, folder, owner)
        counts = {kind: outcomes.count(kind) for kind in FileOutcome}
        told = [f"{count} {kind.value}" for kind, count in counts.items()]
        self.stdout.write(", ".join([*told, f"{listing.passed_over} passed over"]))
        if listing.unreadable:
            raise CommandError(f"{len(listing.unreadable)} folders cannot be read; see above.")
        if counts[FileOutcome.REFUSED]:
            refused = f"{counts[FileOutcome.REFUSED]} files were refused; see above."
            raise CommandError(refused, returncode=SOME_REFUSED)

    def _import(self, files: list[Path], folder: Path, owner: User) -> list[FileOutcome]:
        outcomes = []
        with tqdm(files, unit="file", file=self.stderr._out, disable=None) as bar:
            for path in bar:
                result = import_file(
                    path,
                    folder,
                    library=owner.personal_library,
                    by=owner,
                    trigger=Job.Trigger.COMMAND,
                )
                outcomes.append(result.outcome)
                if result.outcome is FileOutcome.REFUSED:
                    bar.write(f"{path}: {result.detail}", file=self.stderr._out)
        return outcomes


def _owner(name: str | None) -> User:
    users = User.objects.filter(username=name) if name else User.objects.filter(is_superuser=True)
    candidates = list(users[:2])
    if len(candidates) == 1:
        return candidates[0]
    if name:
        raise CommandError(f"There is no user named {name}.")
    raise CommandError("Say whose library it is with --owner NAME.")
