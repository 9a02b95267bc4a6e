from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tagger.management.follow_job import follow_job
from tagger.models import Job, ModelVersion
from tagger.registry import promotion
from tagger.registry.archive import ImportRefusedError, export_model, import_model
from tagger.registry.compare_metrics import compared
from tagger.registry.evaluation import EvaluationRefused, ask_for_evaluation
from tagger.registry.retention import ModelInUseError, delete_model, retire_model
from tagger.registry.rows import ModelRow, model_rows
from tagger.registry.summary import summarise
from tagger.tags.effective import active_model

COMMAND = Job.Trigger.COMMAND


class Command(BaseCommand):
    help = "List, import, export, compare, activate, roll back, retire and delete model versions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        acts.add_parser("list", help="one line a version, the active one first")
        bring = acts.add_parser("import", help="bring in a package that was exported elsewhere")
        bring.add_argument("package", type=Path, metavar="FILE.zip")
        out = acts.add_parser("export", help="write a version with its card to one file")
        out.add_argument("name")
        out.add_argument("package", type=Path, metavar="FILE.zip")
        evaluate = acts.add_parser(
            "evaluate", help="judge a version beside the active one, same clips"
        )
        evaluate.add_argument("name")
        evaluate.add_argument("--data", default="", help="a data set of TONEMARK_TRAINING_DATA")
        evaluate.add_argument("--detach", action="store_true", help="start it and do not follow")
        activate = acts.add_parser("activate", help="make a version the active one")
        activate.add_argument("name")
        activate.add_argument("--reason", default="", help="why, against the gate's concerns")
        acts.add_parser("rollback", help="go back to the version that was active before")
        retire = acts.add_parser("retire", help="put a version aside; its files stay")
        retire.add_argument("name")
        delete = acts.add_parser("delete", help="delete a version with its files")
        delete.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['act']}")(options)

    def _list(self, options: dict[str, Any]) -> None:
        for row in model_rows():
            self.stdout.write(_line(row))

    def _import(self, options: dict[str, Any]) -> None:
        try:
            version = import_model(options["package"])
        except (ImportRefusedError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version}: {version.state}")

    def _export(self, options: dict[str, Any]) -> None:
        version = _named(options["name"])
        try:
            with options["package"].open("xb") as out:
                export_model(version, out)
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(options["package"]))

    def _evaluate(self, options: dict[str, Any]) -> None:
        version = _named(options["name"])
        try:
            job = ask_for_evaluation(version, options["data"], by=None, trigger=COMMAND)
        except EvaluationRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        waits = "waits for the training worker"
        if options["detach"] or not follow_job(job, waits):
            self.stdout.write(f"It goes on: job {job.pk}")
            return
        active = active_model()
        version.refresh_from_db()
        if active is not None:
            self.stdout.write(summarise(compared(version, active), None).sentence)

    def _activate(self, options: dict[str, Any]) -> None:
        version = _named(options["name"])
        try:
            promotion.promote(version, by=None, trigger=COMMAND, reason=options["reason"])
        except promotion.PromotionRefusedError as error:
            detail = f"{error} Say why with --reason to make it active all the same."
            raise CommandError(detail) from error
        self._tell_active()

    def _rollback(self, options: dict[str, Any]) -> None:
        active = active_model()
        if active is None:
            raise CommandError("No model is active.")
        try:
            promotion.roll_back(active, by=None, trigger=COMMAND)
        except promotion.NothingToGoBackToError as error:
            raise CommandError(str(error)) from error
        self._tell_active()

    def _retire(self, options: dict[str, Any]) -> None:
        try:
            version = retire_model(_named(options["name"]))
        except ModelInUseError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version}: {version.state}")

    def _delete(self, options: dict[str, Any]) -> None:
        version = _named(options["name"])
        try:
            delete_model(version)
        except ModelInUseError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Deleted: {version.name}")

    def _tell_active(self) -> None:
        self.stdout.write(f"Active model: {active_model()}")


def _named(name: str) -> ModelVersion:
    try:
        return ModelVersion.objects.get(name=name)
    except ModelVersion.DoesNotExist:
        raise CommandError(f"There is no model {name!r}; see: manage.py models list") from None


def _line(row: ModelRow) -> str:
    figures = row.figures
    area = f"ROC-AUC {figures.roc_auc.value:.3f}" if figures else "not tested"
    return f"{row.version.name}  {row.version.state}  {area}  heard {row.analysed} tracks"
