"""What a training came to, in one sentence, before any figure."""

from __future__ import annotations

from math import comb

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tagger.models import Training

from .queries import Result, TagResult

# With fewer clips to judge by, whatever is found may be chance.
FEWEST_CLIPS = 30
# How often chance alone may look like a difference.
CHANCE = 0.05


def conclusion(training: Training, results: list[Result]) -> str:
    """Empty while there is nothing to conclude from."""
    if training.model is None:
        return ""
    if training.model == training.base:
        return _("It learnt nothing that helps: the model it began with stays as it is.")
    if not results:
        return ""
    judged = results[-1]  # the test split where there is one
    known = [tag for tag in judged.tags if tag.change is not None]
    if not known:
        return _("There is no other model to compare it with yet.")
    if judged.clips < FEWEST_CLIPS:
        return _few(judged.clips)
    return " ".join([_compared(known, judged), *_new(judged.tags)])


def _few(clips: int) -> str:
    return ngettext(
        "It learnt nothing that can be shown: %(n)d clip is too few to judge by.",
        "It learnt nothing that can be shown: %(n)d clips are too few to judge by.",
        clips,
    ) % {"n": clips}


def _compared(known: list[TagResult], judged: Result) -> str:
    changes = [tag.change or 0.0 for tag in known]
    up, down = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
    values = {"up": up, "down": down, "all": len(known), "active": judged.active}
    if by_chance(up, down) > CHANCE:
        said = _(
            "No difference that can be shown: of %(all)d tags %(up)d are named better than by "
            "%(active)s, %(down)d worse."
        )
    elif up > down:
        said = _(
            "It has learnt: of %(all)d tags %(up)d are named better than by %(active)s, "
            "%(down)d worse."
        )
    else:
        said = _(
            "It has become worse: of %(all)d tags %(down)d are named worse than by "
            "%(active)s, %(up)d better."
        )
    return said % values


def _new(tags: list[TagResult]) -> list[str]:
    names = [tag.words for tag in tags if tag.before is None]
    return [_("New to it: %(tags)s.") % {"tags": ", ".join(names)}] if names else []


def by_chance(up: int, down: int) -> float:
    """How likely a coin would fall so unevenly (two-sided sign test; Dixon and Mood 1946)."""
    tosses = up + down
    if not tosses:
        return 1.0
    tail: float = sum(comb(tosses, heads) for heads in range(max(up, down), tosses + 1))
    return float(min(1.0, 2 * tail / 2**tosses))
