from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from tagger.operations.integrity.check import Checked, check
from tagger.operations.integrity.faults import BY_HAND, REPAIRS, Fault
from tagger.operations.repair import LEFT_ALONE, repair, untouched_since

HOURS = int(LEFT_ALONE.total_seconds() // 3600)
EPILOG = f"""--repair does this:
{chr(10).join(f"  {kind:16} {what}" for kind, what in REPAIRS.items())}
and leaves this to you:
{chr(10).join(f"  {kind:16} {what}" for kind, what in BY_HAND.items())}

Files and uploads younger than {HOURS} hours are left alone: they may belong to an upload that runs.
The exit code is 0 when nothing is wrong (any more), and 1 when something is.
"""


class Command(BaseCommand):
    help = (
        "Check that files, rows, hashes, analyses and tags agree. Reads every file; "
        "can run while the server does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        parser.add_argument("--repair", action="store_true", help="put right what can be")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        checked = Checked()
        lines, left = [], 0
        with tqdm(
            check(untouched_since(), checked), unit="look", file=self.stderr._out, disable=None
        ) as bar:
            for fault in filter(None, bar):
                repaired = options["repair"] and repair(fault)
                left += not repaired
                lines.append(_line(fault, repaired))
                if not options["json"]:
                    bar.write(_text(fault, repaired), file=self.stdout._out)
        summary = {"tracks": checked.tracks, "models": checked.models, "faults": lines}
        if options["json"]:
            self.stdout.write(json.dumps(summary, indent=2))
        else:
            self.stdout.write(_sum(checked, left))
        if left:
            raise CommandError(f"{left} faults are left.")


def _line(fault: Fault, repaired: bool) -> dict[str, Any]:
    return {
        "kind": fault.kind,
        "subject": fault.subject,
        "detail": fault.detail,
        "remedy": fault.remedy,
        "repaired": repaired,
    }


def _text(fault: Fault, repaired: bool) -> str:
    if repaired:
        return f"{fault.kind} {fault.subject}: {fault.detail}. Repaired: {fault.remedy}."
    helps = f"--repair can {fault.remedy}" if fault.repairable else fault.remedy
    return f"{fault.kind} {fault.subject}: {fault.detail}. What helps: {helps}."


def _sum(checked: Checked, left: int) -> str:
    repaired = len(checked.faults) - left
    return (
        f"{checked.tracks} tracks and {checked.models} models checked: "
        f"{len(checked.faults)} faults, {repaired} repaired."
    )
