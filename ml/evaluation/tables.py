"""A report as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from .report import Figures, Interval, Report
from .truth import GENRE_LIMIT, NOISE_LIMIT, TruthReport


def report_table(report: Report) -> str:
    """The whole report as a Markdown text."""
    parts = (_summary, _per_kind, _robustness, _instruments, _per_tag)
    return "\n".join(line for part in parts for line in part(report))


def _summary(report: Report) -> Iterator[str]:
    yield (
        f"{report.model} on {report.split}, protocol {report.protocol}: {report.clips} clips, "
        f"{report.tags} tags with at least {report.minimum} positive clips"
    )
    if report.unreadable:
        yield f"{report.unreadable} clips of the split cannot be read and were left out"
    yield ""
    yield "| figure | value | 95 % interval |"
    yield "| --- | ---: | --- |"
    yield _row("macro ROC-AUC", report.macro_roc_auc, report.macro_roc_auc_interval)
    yield _row(
        "macro average precision",
        report.macro_average_precision,
        report.macro_average_precision_interval,
    )
    yield f"| calibration error, hard labels | {report.calibration_error:.4f} | |"
    if report.calibration_error_soft is not None:
        yield f"| calibration error, soft labels | {report.calibration_error_soft:.4f} | |"


def _row(name: str, value: float, interval: Interval) -> str:
    return f"| {name} | {value:.4f} | {interval[0]:.4f} to {interval[1]:.4f} |"


def _per_kind(report: Report) -> Iterator[str]:
    yield from _figures("clips", report.per_kind, report)


def _robustness(report: Report) -> Iterator[str]:
    yield from _figures("changed sound", report.robustness, report)


def _figures(title: str, by_name: dict[str, Figures], report: Report) -> Iterator[str]:
    if not by_name:
        return
    yield ""
    yield f"| {title} | clips | tags | ROC-AUC | average precision | ROC-AUC against all |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name, one in by_name.items():
        yield (
            f"| {name} | {one.clips} | {one.tags} | {one.macro_roc_auc:.4f} | "
            f"{one.macro_average_precision:.4f} | {one.macro_roc_auc - report.macro_roc_auc:+.4f} |"
        )


def _instruments(report: Report) -> Iterator[str]:
    if not report.instruments:
        return
    yield ""
    yield "| instrument, known to play alone | ROC-AUC against the others |"
    yield "| --- | ---: |"
    for name, area in report.instruments.items():
        yield f"| {name} | {area:.4f} |"


def _per_tag(report: Report) -> Iterator[str]:
    yield ""
    yield "| tag | positive clips | ROC-AUC | average precision |"
    yield "| --- | ---: | ---: | ---: |"
    for one in report.per_tag:
        yield f"| {one.tag} | {one.positives} | {one.roc_auc:.4f} | {one.average_precision:.4f} |"


def truth_table(report: TruthReport) -> str:
    """What a model makes of clips whose truth is known, as a Markdown text."""
    lines = [f"{report.model} on {report.clips} clips whose truth is known", ""]
    if report.answers:
        lines += ["| question | output | clips | ROC-AUC | 95 % interval |"]
        lines += ["| --- | --- | ---: | ---: | --- |"]
    lines += [
        f"| {one.question} | {one.label} | {one.positives} : {one.negatives} | {one.roc_auc:.3f} | "
        f"{one.interval[0]:.3f} to {one.interval[1]:.3f} |"
        for one in report.answers
    ]
    for title, count, wrong in (
        (f"noises with any output above {NOISE_LIMIT}", report.noises, report.noises_as_music),
        (
            f"instruments alone tagged techno, electronic or rock above {GENRE_LIMIT}",
            report.instruments,
            report.instruments_as_genres,
        ),
    ):
        if count:
            lines += ["", f"{title}: {len(wrong)} of {count}", *(f"* {clip}" for clip in wrong)]
    if report.genres:
        for among, hits in (
            ("of all words", report.own_words),
            ("of either vocabulary", report.own_words_by_vocabulary),
        ):
            by_genre = ", ".join(f"{genre} {count}" for genre, count in hits.items())
            lines += [
                "",
                f"genre's own word in the top five {among}: {sum(hits.values())} of "
                f"{report.genres} ({by_genre})",
            ]
    return "\n".join(lines)
