"""Making a version active, and going back: the gate, and what stands in the log about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tagger.models import Activation, Job, ModelVersion, User
from tagger.tags.effective import active_model

from .compare_metrics import NOT_COMPARABLE, Outcome, compared
from .summary import figures_in_words
from .versions import activate_model


@dataclass(frozen=True)
class Concern:
    """Something that speaks against making a version active. `code` is stable."""

    code: str
    sentence: str


class PromotionRefusedError(Exception):
    """The gate is closed, and no reason was given to pass it all the same."""

    def __init__(self, concerns: list[Concern]) -> None:
        super().__init__(" ".join(concern.sentence for concern in concerns))
        self.concerns = concerns


class NothingToGoBackToError(Exception):
    """There is no former version, or another change came first; the message says which."""


def concerns_about(version: ModelVersion) -> list[Concern]:
    """What the gate has to say of this version in place of the active one."""
    active = active_model()
    if active is None or active == version:
        return []
    return [*_figures(version, active), *_smoke(version)]


def promote(
    version: ModelVersion, *, by: User | None, trigger: Job.Trigger, reason: str = ""
) -> Activation:
    """Make it active; where the gate has concerns only with a reason, which is logged with them.

    Raises PromotionRefusedError.
    """
    concerns = concerns_about(version)
    if concerns and not reason.strip():
        raise PromotionRefusedError(concerns)
    return activate_model(
        version,
        by=by,
        trigger=trigger,
        concerns=[concern.sentence for concern in concerns],
        reason=reason.strip(),
    )


def former_of(version: ModelVersion) -> ModelVersion | None:
    """What was active before this version was last made so; None where it is gone."""
    last = version.activations.select_related("former").first()
    return last.former if last else None


def roll_back(version: ModelVersion, *, by: User | None, trigger: Job.Trigger) -> Activation:
    """From this version, the active one, to the one before it. No gate: it was good enough once.

    Raises NothingToGoBackToError.
    """
    if active_model() != version:
        raise NothingToGoBackToError(_("%s is not the active model any more.") % version)
    former = former_of(version)
    if former is None:
        raise NothingToGoBackToError(_("There is no version before %s.") % version)
    return activate_model(former, by=by, trigger=trigger, rollback=True)


def _figures(version: ModelVersion, active: ModelVersion) -> list[Concern]:
    comparison = compared(version, active)
    if isinstance(comparison, str):
        return [Concern(f"not-comparable-{comparison}", str(NOT_COMPARABLE[comparison]))]
    if comparison.outcome is Outcome.WORSE:
        sentence = _(
            "It ranks %(clips)s worse than %(active)s (ROC-AUC %(area)s, average precision "
            "%(precision)s)."
        )
        values = {"active": active} | figures_in_words(comparison)
        return [Concern("worse", sentence % values)]
    if comparison.split != "test":
        untested = _("It was never tested, only judged on clips that its training has used.")
        return [Concern("not-tested", untested)]
    return []


def _smoke(version: ModelVersion) -> list[Concern]:
    if version.smoke is None:
        if version.activated_at is not None:
            return []
        return [Concern("unchecked", _("The smoke test has not run yet; it waits for a worker."))]
    return [Concern("smoke", problem) for problem in version.smoke["problems"]]
