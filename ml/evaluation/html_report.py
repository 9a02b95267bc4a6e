"""A training run on one page: curves, recipe, figures of every tag. No file beside it is needed."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import matplotlib

from ml.checkpoints.card import ModelCard
from ml.config.callbacks import EpochReport

from .report import Report

matplotlib.use("Agg")
from matplotlib import pyplot  # the backend must be chosen first

_STYLE = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
svg { max-width: 100%; height: auto; } details { margin: 1rem 0; } pre { overflow-x: auto; }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #181818; } svg { filter: invert(.88) hue-rotate(180deg); }
}
"""


def write_html_report(
    path: Path, card: ModelCard, epochs: Sequence[EpochReport], report: Report
) -> None:
    """Write the page of a run: `epochs` of its log, `report` of its best weights on `report.split`.

    Raises OSError.
    """
    parts = [
        f"<h1>{escape(card.name)}</h1>",
        f"<p>{_summary(card, epochs, report)}</p>",
        _curves(epochs),
        f"<h2>Tags on the {escape(report.split)} split</h2>",
        _tags(report, card.thresholds),
        "<h2>Epochs</h2>",
        _epochs(epochs),
        _recipe(card.provenance.get("recipe", {})),
    ]
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(card.name)}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style><body>{''.join(parts)}</body></html>\n"
    )
    path.write_text(page, encoding="utf-8")


def _summary(card: ModelCard, epochs: Sequence[EpochReport], report: Report) -> str:
    low, high = report.macro_roc_auc_interval
    below, above = report.macro_average_precision_interval
    return escape(
        f"{report.clips} clips in {report.groups} {report.unit}s, protocol {report.protocol}, "
        f"{report.tags} tags: ROC-AUC {report.macro_roc_auc:.4f} ({low:.3f} to {high:.3f}), "
        f"average precision {report.macro_average_precision:.4f} ({below:.3f} to {above:.3f}); "
        f"95 % intervals by bootstrap over {report.unit}s. {len(epochs)} epochs, "
        f"{sum(one.seconds for one in epochs) / 60:.1f} min. Weights {card.sha256[:12]}."
    )


def _curves(epochs: Sequence[EpochReport]) -> str:
    figure, axes = pyplot.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
    number = [one.epoch for one in epochs]
    best = [one.epoch for one in epochs if one.best]
    axes[0].plot(number, [one.training_loss for one in epochs], label="training")
    axes[0].plot(number, [one.loss for one in epochs], label="validation")
    axes[0].set(xlabel="epoch", ylabel="loss")
    axes[1].plot(number, [one.macro_roc_auc for one in epochs], label="ROC-AUC")
    axes[1].plot(number, [one.macro_average_precision for one in epochs], label="AP")
    axes[1].set(xlabel="epoch", ylabel="on the validation split")
    axes[2].plot(number, [one.learning_rate for one in epochs], label="learning rate")
    axes[2].set(xlabel="epoch", yscale="log")
    for one in axes:
        if best:
            one.axvline(best[-1], color="0.7", linewidth=1, label="best")
        one.legend()
    out = io.StringIO()
    figure.savefig(out, format="svg")
    pyplot.close(figure)
    return out.getvalue().partition("<svg")[1] + out.getvalue().partition("<svg")[2]


def _tags(report: Report, thresholds: dict[str, float]) -> str:
    ranked = sorted(report.per_tag, key=lambda one: -one.average_precision)
    rows = [
        (
            one.tag,
            str(one.positives),
            f"{one.roc_auc:.3f}",
            f"{one.average_precision:.3f}",
            f"{thresholds[one.tag]:.3f}" if one.tag in thresholds else "–",
        )
        for one in ranked
    ]
    return _table(("tag", "clips", "ROC-AUC", "average precision", "threshold"), rows)


def _epochs(epochs: Sequence[EpochReport]) -> str:
    rows = [
        (
            f"{one.epoch}{' (best)' if one.best else ''}",
            f"{one.training_loss:.4f}",
            f"{one.loss:.4f}",
            f"{one.macro_roc_auc:.4f}",
            f"{one.macro_average_precision:.4f}",
            f"{one.learning_rate:.2g}",
            f"{one.segments_per_second:.0f}",
        )
        for one in epochs
    ]
    heads = ("epoch", "training loss", "validation loss", "ROC-AUC", "AP", "rate", "segments/s")
    return _table(heads, rows)


def _recipe(recipe: dict[str, Any]) -> str:
    text = escape(json.dumps(recipe, indent=2))
    return f"<details><summary>Recipe</summary><pre>{text}</pre></details>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def cells(kind: str, values: Sequence[str]) -> str:
        first, *rest = (escape(value) for value in values)
        return f"<{kind}>{first}</{kind}>" + "".join(
            f'<{kind} class="n">{value}</{kind}>' for value in rest
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><tr>{cells('th', heads)}</tr>{body}</table>"
