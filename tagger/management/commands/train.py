from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ml.runtime import DEVICES
from tagger.management.follow import Follower
from tagger.models import Job, ModelVersion
from tagger.training.manage import start_training
from tagger.training.options import BLOCKS, Choices, TrainingRefused, default_choices


class Command(BaseCommand):
    help = (
        "Train a model on the training worker and follow how it goes. By default the active model "
        "learns from people's verdicts and the first data set of TONEMARK_TRAINING_DATA. "
        "Ctrl-C asks whether to cancel or to leave it running."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        start = parser.add_mutually_exclusive_group()
        start.add_argument("--base", metavar="NAME", help="the model version to start from")
        start.add_argument("--scratch", action="store_true", help="start with a new network")
        data = parser.add_mutually_exclusive_group()
        data.add_argument("--data", metavar="NAME", help="a data set of TONEMARK_TRAINING_DATA")
        data.add_argument("--no-data", action="store_true", help="learn from verdicts alone")
        parser.add_argument("--no-verdicts", action="store_true", help="learn from data alone")
        parser.add_argument("--name", default="", help="what the new version is called")
        parser.add_argument("--preset", default="", help="a recipe (default: the one that suits)")
        parser.add_argument("--block", default="", choices=["", *BLOCKS], help="of a new network")
        parser.add_argument("--epochs", type=int, help="default: as many as the recipe says")
        parser.add_argument("--device", default="auto", choices=DEVICES, help="default: auto")
        parser.add_argument("--seed", type=int, default=0, help="default: 0")
        parser.add_argument("--detach", action="store_true", help="start it and do not follow")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            choices = _choices(options)
            training = start_training(choices, by=None, trigger=Job.Trigger.COMMAND)
        except TrainingRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["detach"]:
            self.stdout.write(str(training.pk))
            return
        Follower(training).follow()


def _choices(options: dict[str, Any]) -> Choices:
    chosen = replace(
        default_choices(),
        **{key: options[key] for key in ("name", "preset", "block", "epochs", "device", "seed")},
    )
    if options["scratch"] or options["base"]:
        chosen = replace(chosen, base=_version(options["base"]))
    if options["no_data"] or options["data"]:
        chosen = replace(chosen, folder=options["data"] or "")
    return replace(chosen, verdicts=not options["no_verdicts"])


def _version(name: str | None) -> ModelVersion | None:
    if name is None:
        return None
    version = ModelVersion.objects.filter(name=name).first()
    if version is None:
        raise CommandError(f"There is no model version named {name}.")
    return version
