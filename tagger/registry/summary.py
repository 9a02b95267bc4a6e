"""What a comparison comes to, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from .compare_library import LibraryComparison, ListenerAgreement
from .compare_metrics import Outcome, SplitComparison


@dataclass(frozen=True)
class ComparisonSummary:
    """`outcome` is better, worse or undecided; `sentence` says what it rests on."""

    outcome: Outcome
    sentence: str


def summarise(split: SplitComparison | str, library: LibraryComparison | None) -> ComparisonSummary:
    """Better or worse where one ground shows it and none shows the contrary."""
    grounds = [_of_split(split), _of_listeners(library.agreement if library else None)]
    outcomes = {outcome for outcome, _text in grounds}
    better, worse = Outcome.BETTER in outcomes, Outcome.WORSE in outcomes
    text = " ".join(text for _outcome, text in grounds)
    if better == worse:
        return ComparisonSummary(Outcome.UNDECIDED, _("No difference that can be shown: %s") % text)
    if better:
        return ComparisonSummary(Outcome.BETTER, _("Better: %s") % text)
    return ComparisonSummary(Outcome.WORSE, _("Worse: %s") % text)


def _of_split(split: SplitComparison | str) -> tuple[Outcome, str]:
    if isinstance(split, str):
        return Outcome.UNDECIDED, _("there are no figures of the same test clips;")
    sentences = {
        Outcome.BETTER: _("the %(split)s clips are ranked better (ROC-AUC %(area)+.3f);"),
        Outcome.WORSE: _("the %(split)s clips are ranked worse (ROC-AUC %(area)+.3f);"),
        Outcome.UNDECIDED: _(
            "the %(split)s clips are ranked alike (ROC-AUC %(area)+.3f, within chance);"
        ),
    }
    return split.outcome, sentences[split.outcome] % {
        "split": split.split,
        "area": split.roc_auc.value,
    }


def _of_listeners(agreement: ListenerAgreement | None) -> tuple[Outcome, str]:
    if agreement is None:
        return Outcome.UNDECIDED, _("there are no verdicts of listeners on tracks both have heard.")
    gain = agreement.difference
    outcome = Outcome.BETTER if gain.better else Outcome.WORSE if gain.worse else Outcome.UNDECIDED
    sentences = {
        Outcome.BETTER: _("it agrees with listeners more often"),
        Outcome.WORSE: _("it agrees with listeners less often"),
        Outcome.UNDECIDED: _("it agrees with listeners about as often"),
    }
    numbers = _("(%(now).0f %% of %(n)d verdicts, not %(former).0f %%).") % {
        "now": 100 * agreement.candidate,
        "n": agreement.words,
        "former": 100 * agreement.baseline,
    }
    return outcome, f"{sentences[outcome]} {numbers}"
