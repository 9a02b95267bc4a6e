"""What a comparison comes to, in a few plain sentences."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .compare_library import LibraryComparison, ListenerAgreement
from .compare_metrics import Outcome, SplitComparison


@dataclass(frozen=True)
class ComparisonSummary:
    """`outcome` is better, worse or undecided; `sentence` says that and what it rests on."""

    outcome: Outcome
    sentence: str


@dataclass(frozen=True)
class _Ground:
    """What one kind of evidence says; `known` is False where there is none of it."""

    outcome: Outcome
    sentence: str
    known: bool = True


def summarise(split: SplitComparison | str, library: LibraryComparison | None) -> ComparisonSummary:
    """Better or worse where one ground shows it and none shows the contrary."""
    grounds = [_of_split(split), _of_listeners(library.agreement if library else None)]
    outcomes = {ground.outcome for ground in grounds}
    better, worse = Outcome.BETTER in outcomes, Outcome.WORSE in outcomes
    outcome = Outcome.UNDECIDED
    if better != worse:
        outcome = Outcome.BETTER if better else Outcome.WORSE
    # What is known first: it is what the word before it rests on.
    grounds.sort(key=lambda ground: not ground.known)
    sentences = [_said(outcome, grounds, contrary=better and worse)]
    return ComparisonSummary(outcome, " ".join(sentences + [one.sentence for one in grounds]))


def _said(outcome: Outcome, grounds: list[_Ground], *, contrary: bool) -> str:
    if not any(ground.known for ground in grounds):
        return _("There is nothing to compare the two by yet.")
    if contrary:
        return _("Better in one respect, worse in another.")
    return {
        Outcome.BETTER: _("Better than the active model."),
        Outcome.WORSE: _("Worse than the active model."),
        Outcome.UNDECIDED: _("No difference that can be shown."),
    }[outcome]


def _of_split(split: SplitComparison | str) -> _Ground:
    if isinstance(split, str):
        sentence = _("The two have not been judged on the same test clips.")
        return _Ground(Outcome.UNDECIDED, sentence, known=False)
    sentences = {
        Outcome.BETTER: _(
            "It ranks %(clips)s better (ROC-AUC %(area)s, average precision %(precision)s)."
        ),
        Outcome.WORSE: _(
            "It ranks %(clips)s worse (ROC-AUC %(area)s, average precision %(precision)s)."
        ),
        Outcome.UNDECIDED: _(
            "It ranks %(clips)s neither surely better nor surely worse (ROC-AUC %(area)s, "
            "average precision %(precision)s)."
        ),
    }
    return _Ground(split.outcome, sentences[split.outcome] % figures_in_words(split))


def _of_listeners(agreement: ListenerAgreement | None) -> _Ground:
    if agreement is None:
        sentence = _("Of the tracks that both have heard, listeners have judged none.")
        return _Ground(Outcome.UNDECIDED, sentence, known=False)
    gain = agreement.difference
    outcome = Outcome.BETTER if gain.better else Outcome.WORSE if gain.worse else Outcome.UNDECIDED
    words = {
        Outcome.BETTER: _("It agrees with listeners more often."),
        Outcome.WORSE: _("It agrees with listeners less often."),
        Outcome.UNDECIDED: _("It agrees with listeners about as often."),
    }
    numbers = ngettext(
        "It says the same as %(now)s %% of %(n)d verdict, the active model as %(former)s %%.",
        "It says the same as %(now)s %% of %(n)d verdicts, the active model as %(former)s %%.",
        agreement.words,
    ) % {
        "now": number_format(100 * agreement.candidate, decimal_pos=0),
        "former": number_format(100 * agreement.baseline, decimal_pos=0),
        "n": agreement.words,
    }
    return _Ground(outcome, f"{words[outcome]} {numbers}")


def figures_in_words(split: SplitComparison) -> dict[str, str]:
    """For sentences: on which clips, and what was gained of both figures."""
    return {
        "clips": _("the test clips") if split.split == "test" else _("the validation clips"),
        "area": _signed(split.roc_auc.value),
        "precision": _signed(split.average_precision.value),
    }


def _signed(gain: float) -> str:
    """With a true minus, in the numbers of the reader's language."""
    sign = "−" if gain < 0 else "+"
    return sign + number_format(abs(gain), decimal_pos=3)
