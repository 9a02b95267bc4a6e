"""Monitor hearts: train, evaluate and stream patient-specific ECG classifiers."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

if TYPE_CHECKING:
    from ml.ecg.aami import LabelledBeats
    from ml.ecg.decision import Decision
    from ml.ecg.monitor import Call
    from ml.ecg.networks import Committee
    from ml.ecg.protocols import Beats, Database
    from ml.ecg.session import Chunk, Teacher


_PATIENTS = {"patient": "24", "early-warning": "34", "inter-patient": "ds2"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(metavar="STEP", required=True, dest="step")
    _add_train(steps.add_parser("train", help="one network a patient and seed; resumes"))
    _add_monitor(steps.add_parser("monitor", help="learn from five minutes, then call every beat"))
    _add_detect(steps.add_parser("detect", help="how many annotated beats the detector finds"))
    _add_evaluate(steps.add_parser("evaluate", help="tables beside the published figures"))


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="the MIT-BIH Arrhythmia Database")
    parser.add_argument("out", type=Path, help="folder for weights, annotations and results")
    parser.add_argument(
        "--patients", help="24, 34, 44, ds2 or numbers as 200,208 (default: the protocol's)"
    )
    parser.add_argument(
        "--network",
        default="both",
        choices=("rese", "compact", "both"),
        help="the trunk, the papers' compact network, or both (default)",
    )
    parser.add_argument("--seeds", type=_positive, default=5, help="trainings of each (default 5)")
    _add_view(parser)
    parser.add_argument(
        "--protocol",
        default="patient",
        choices=tuple(_PATIENTS),
        help="patient: five minutes of each and common beats (default); early-warning: none of a "
        "patient's abnormal beats; inter-patient: one network for all, DS1 trains, DS2 tests",
    )


def _add_monitor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("record", help="NAME of a WFDB record, NAME.csv, or - for CSV as it comes")
    parser.add_argument(
        "--database", type=Path, help="others to learn from (default: the record's folder)"
    )
    parser.add_argument(
        "--healthy",
        action="store_true",
        help="the first five minutes are known to be healthy: use none of this person's abnormal "
        "beats, but ones made from the normal ones",
    )
    parser.add_argument("--lead", default="MLII", help="name of the lead (default MLII)")
    parser.add_argument("--rate", type=float, help="of CSV, in Hz")
    parser.add_argument("--detect", action="store_true", help="find the beats, though annotated")
    parser.add_argument(
        "--alarm",
        type=_share_of,
        default=(3, 8),
        metavar="K/N",
        help="after K abnormal of N beats (default 3/8)",
    )
    parser.add_argument("--network", default="rese", choices=("rese", "compact"))
    _add_view(parser)
    parser.add_argument("--all", action="store_true", help="print the normal beats as well")
    parser.add_argument(
        "--plot",
        type=Path,
        metavar="FOLDER",
        help="pictures: ten seconds with what was called, and of an annotated record the beats, "
        "real and synthesised, and the SE gates by class",
    )


def _add_view(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--view",
        default="complex",
        choices=("complex", "pair", "pair-rr"),
        help="what the network is shown: the complex around the R peak and how surprising its "
        "interval is (default), or the papers' beat and trio, without R–R intervals or with",
    )


def _positive(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def _share_of(text: str) -> tuple[int, int]:
    least, beats = (int(part) for part in text.split("/"))
    if not 1 <= least <= beats:
        raise ValueError(text)
    return least, beats


def _add_detect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="records with annotations")
    parser.add_argument("--patients", default="44", help="24, 34, 44, ds2 or numbers (default 44)")


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, help="folder made by `ecg train`")
    parser.add_argument("--json", action="store_true", help="all figures as JSON")


def run(args: argparse.Namespace) -> int:
    """Do one step; 1 when it fails."""
    from ml.ecg.records import RecordError

    steps: dict[str, Callable[[argparse.Namespace], None]] = {
        "train": _train,
        "monitor": _monitor,
        "detect": _detect,
        "evaluate": _evaluate,
    }
    try:
        steps[args.step](args)
    except RecordError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _train(args: argparse.Namespace) -> None:
    from ml.ecg import NOTICE
    from ml.ecg.beats import VIEWS
    from ml.ecg.networks import NETWORKS
    from ml.ecg.patients import Outcome, Run, patients_of, train
    from ml.ecg.protocols import SETS, Database

    run = Run(
        protocol=args.protocol,
        patients=patients_of(args.patients or _PATIENTS[args.protocol], SETS),
        seeds=args.seeds,
        networks=NETWORKS if args.network == "both" else (args.network,),
        view=args.view,
    )
    print(NOTICE, file=sys.stderr)
    with tqdm(file=sys.stderr, unit="patient", disable=None) as bar:

        def on_done(outcome: Outcome, due: int) -> None:
            bar.total = due
            bar.set_description(f"{outcome.variant} seed {outcome.seed}: {outcome.patient}")
            bar.update()

        train(Database(args.folder, VIEWS[run.view]), args.out, run, on_done)


def _monitor(args: argparse.Namespace) -> None:
    from ml.ecg import ATTRIBUTION, NOTICE
    from ml.ecg.beats import VIEWS
    from ml.ecg.monitor import Alarm, Call
    from ml.ecg.records import RecordError
    from ml.ecg.session import monitor, tally

    if args.plot and args.record == "-":
        raise RecordError("What comes on standard input is not kept, so it cannot be plotted.")
    print(NOTICE, flush=True)
    labels, chunks = _source(args)
    speed = Speed()
    events = monitor(
        speed.counted(chunks),
        speed.after(_teacher(args, annotated=labels is not None)),
        labels,
        Alarm(*args.alarm),
        VIEWS[args.view],
    )
    calls: list[Call] = []
    for event in events:
        if isinstance(event, Call):
            calls.append(event)
        if args.all or not isinstance(event, Call) or event.abnormal:
            print(event, flush=True)
    if labels is not None:
        print(tally(calls, labels))
    print(f"{speed.factor():,.0f} × real time on one core")
    if args.plot:
        _plot(args, calls, speed.committee)
    print(ATTRIBUTION)


def _plot(args: argparse.Namespace, calls: list[Call], committee: Committee | None) -> None:
    from ml.ecg.beats import VIEWS
    from ml.ecg.plots import plot_beats, plot_gates, plot_strip
    from ml.ecg.protocols import annotated_beats
    from ml.ecg.session import synthesised_beats
    from ml.nn.network import SampleCNN

    path = Path(args.record)
    record, beats = annotated_beats(path, args.lead, args.rate, view=VIEWS[args.view])
    labels = beats.labels if beats is not None else None
    plot_strip(record, calls, labels, args.plot / f"{record.name}-strip.png")
    if beats is None:
        return
    database, person = _people(args)
    made = synthesised_beats(database, person, beats)
    plot_beats(beats, made, VIEWS[args.view], args.plot / f"{record.name}-beats.png")
    # Each member has gates of its own: the first one's stand for them.
    if committee is not None and isinstance(first := committee.members[0], SampleCNN):
        plot_gates(first, beats, args.plot / f"{record.name}-gates.png")


def _source(args: argparse.Namespace) -> tuple[LabelledBeats | None, Iterator[Chunk]]:
    """The annotated beats, where there are any, and the signal in pieces."""
    from ml.ecg.aami import labelled_beats
    from ml.ecg.records import RATE, RecordError, annotations_of, csv_samples, read_record
    from ml.ecg.session import annotated, detected, live

    if args.record == "-":
        if not args.database:
            raise RecordError("Name the people to learn from: --database FOLDER.")
        samples = csv_samples(sys.stdin, args.lead, "standard input")
        return None, live(samples, args.rate or RATE)
    record = read_record(Path(args.record), args.lead, args.rate)
    for notice in record.notices:
        print(notice, file=sys.stderr)
    found = annotations_of(Path(args.record), record)
    labels = labelled_beats(found) if found is not None else None
    if labels is None or args.detect:
        return labels, detected(record)
    return labels, annotated(record, labels)


def _teacher(args: argparse.Namespace, *, annotated: bool) -> Teacher:
    from ml.ecg.records import RecordError
    from ml.ecg.session import healthy_teacher, patient_teacher

    if not (annotated or args.healthy):
        raise RecordError(
            "Without annotations nothing tells normal beats from others in the first five minutes. "
            "If this person's heart was healthy then, say so: --healthy."
        )
    make = healthy_teacher if args.healthy else patient_teacher
    return make(args.network, *_people(args))


def _people(args: argparse.Namespace) -> tuple[Database, int | None]:
    """Those who are learnt from, and which of them is monitored."""
    from ml.ecg.beats import VIEWS
    from ml.ecg.protocols import Database

    path = Path(args.record)
    name = path.name.removesuffix(".hea").removesuffix(".csv")
    database = Database(args.database or path.parent, VIEWS[args.view])
    return database, int(name) if name.isdecimal() else None


def _detect(args: argparse.Namespace) -> None:
    from ml.ecg import ATTRIBUTION, NOTICE
    from ml.ecg.beats import PAIR
    from ml.ecg.detector import Detection, compare
    from ml.ecg.patients import patients_of
    from ml.ecg.protocols import SETS, annotated_beats

    def row(name: object, found: Detection) -> str:
        shares = f"{100 * found.sensitivity:.2f} | {100 * found.predictivity:.2f}"
        return f"| {name} | {found.detected + found.missed} | {shares} |"

    print("| record | beats | sensitivity, % | positive predictivity, % |")
    print("| --- | ---: | ---: | ---: |")
    rows: list[Detection] = []
    for patient in patients_of(args.patients, SETS):
        record, beats = annotated_beats(args.folder / str(patient), view=PAIR)
        if beats is not None:
            rows.append(compare(record.signal, beats.labels.positions))
            print(row(patient, rows[-1]), flush=True)
    totals = (sum(getattr(r, name) for r in rows) for name in ("detected", "missed", "false"))
    print(row("gross", Detection(*totals)), NOTICE, ATTRIBUTION, sep="\n")


class Speed:
    """How much faster than the heart its beats are judged, once the network has learnt."""

    def __init__(self) -> None:
        self._samples, self._learnt_at, self._began = 0, 0, 0.0
        self.committee: Committee | None = None

    def counted(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        for chunk in chunks:
            self._samples += len(chunk.samples)
            yield chunk

    def after(self, teach: Teacher) -> Teacher:
        def timed(beats: Beats) -> tuple[Committee, Decision]:
            self.committee, decide = teach(beats)
            self._learnt_at, self._began = self._samples, time.process_time()
            return self.committee, decide

        return timed

    def factor(self) -> float:
        from ml.ecg.records import RATE

        seconds = time.process_time() - self._began
        return (self._samples - self._learnt_at) / RATE / max(seconds, 1e-9)


def _evaluate(args: argparse.Namespace) -> None:
    import json

    from ml.ecg.report import as_json, report

    print(json.dumps(as_json(args.out), indent=2) if args.json else report(args.out))
