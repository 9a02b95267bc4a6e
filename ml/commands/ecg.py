"""Monitor hearts: train, evaluate and stream patient-specific ECG classifiers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm


def add_arguments(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(metavar="STEP", required=True, dest="step")
    _add_train(steps.add_parser("train", help="one network a patient and seed; resumes"))
    _add_evaluate(steps.add_parser("evaluate", help="tables beside the published figures"))


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="the MIT-BIH Arrhythmia Database")
    parser.add_argument("out", type=Path, help="folder for weights, annotations and results")
    parser.add_argument(
        "--patients", help="24, 44, or numbers as 200,208 (default 24; DS2 between patients)"
    )
    parser.add_argument(
        "--network",
        default="both",
        choices=("rese", "compact", "both"),
        help="the trunk, the papers' compact network, or both (default)",
    )
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each (default 5)")
    parser.add_argument(
        "--no-rhythm", action="store_true", help="without the R–R intervals, as in the paper"
    )
    parser.add_argument(
        "--inter-patient", action="store_true", help="one network for all: DS1 trains, DS2 tests"
    )


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, help="folder made by `ecg train`")
    parser.add_argument("--json", action="store_true", help="all figures as JSON")


def run(args: argparse.Namespace) -> int:
    """Do one step; 1 when it fails."""
    from ml.ecg.records import RecordError

    steps: dict[str, Callable[[argparse.Namespace], None]] = {
        "train": _train,
        "evaluate": _evaluate,
    }
    try:
        steps[args.step](args)
    except RecordError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _train(args: argparse.Namespace) -> None:
    import torch

    from ml.ecg.networks import NETWORKS
    from ml.ecg.patients import Outcome, Run, patients_of, train
    from ml.ecg.protocols import DS2, SETS, Database

    # Convolutions this small are done before a second thread has woken up.
    torch.set_num_threads(1)
    sets = {**SETS, "ds2": DS2}
    run = Run(
        protocol="inter-patient" if args.inter_patient else "patient",
        patients=patients_of(args.patients or ("ds2" if args.inter_patient else "24"), sets),
        seeds=args.seeds,
        networks=NETWORKS if args.network == "both" else (args.network,),
        rhythm=not args.no_rhythm,
    )
    with tqdm(file=sys.stderr, unit="patient") as bar:

        def on_done(outcome: Outcome, due: int) -> None:
            bar.total = due
            bar.set_description(f"{outcome.variant} seed {outcome.seed}: {outcome.patient}")
            bar.update()

        train(Database(args.folder, run.rhythm), args.out, run, on_done)


def _evaluate(args: argparse.Namespace) -> None:
    import json

    from ml.ecg.report import as_json, report

    print(json.dumps(as_json(args.out), indent=2) if args.json else report(args.out))
