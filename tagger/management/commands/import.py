from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from tagger.models import Job, User
from tagger.uploads.import_folder import FileOutcome, audio_files, import_file


class Command(BaseCommand):
    help = (
        "Bring a folder of audio into a library. Files are copied; those that are there already "
        "are skipped, so the command can be stopped and started again at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--owner", help="user name (default: the only admin there is)")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        outcomes = self._import(audio_files(folder), _owner(options["owner"]))
        counts = {kind: outcomes.count(kind) for kind in FileOutcome}
        self.stdout.write(", ".join(f"{count} {kind.value}" for kind, count in counts.items()))
        if counts[FileOutcome.REFUSED]:
            raise CommandError(f"{counts[FileOutcome.REFUSED]} files were refused; see above.")

    def _import(self, files: list[Path], owner: User) -> list[FileOutcome]:
        outcomes = []
        with tqdm(files, unit="file", file=self.stderr._out) as bar:
            for path in bar:
                result = import_file(path, owner=owner, trigger=Job.Trigger.COMMAND)
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
