"""How far a tag can be trusted: by the model's test, and by what listeners here said of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import cast

from django.core.cache import cache
from django.db.models import Count, F, FloatField, Func, IntegerField

from tagger.models import ModelVersion, Verdict

from .card_metrics import tag_figures

# With fewer clips, or fewer words, a share says nothing.
FEWEST_CLIPS = 5
FEWEST_VERDICTS = 5
# Counting every word of a large installation for each page would be too much.
CACHE_SECONDS = 300
LEVELS = ((0.7, "well"), (0.4, "fairly"))


@dataclass(frozen=True)
class LabelTest:
    """How the model did on clips with this label that it was not trained on."""

    average_precision: float
    roc_auc: float
    clips: int


@dataclass(frozen=True)
class TagAgreement:
    """How often people accepted the tag where this model had named it."""

    agreed: int
    words: int

    @property
    def percent(self) -> int:
        return round(100 * self.agreed / self.words)


@dataclass(frozen=True)
class Reliability:
    test: LabelTest | None
    agreement: TagAgreement | None

    @property
    def level(self) -> str:
        """ "well", "fairly" or "poorly": how the model did in its test; "" where it had none."""
        if self.test is None:
            return ""
        precision = self.test.average_precision
        return next((word for least, word in LEVELS if precision >= least), "poorly")


def label_tests(model: ModelVersion) -> dict[str, LabelTest]:
    """By label, out of the model's card; labels with too few test clips are left out."""
    return {
        name: LabelTest(tag.average_precision, tag.roc_auc, tag.positives)
        for name, tag in tag_figures(model).items()
        if tag.positives >= FEWEST_CLIPS
    }


def agreements(model: ModelVersion) -> dict[int, TagAgreement]:
    """By the id of the shown tag; at most a few minutes old."""
    by_tag = cache.get_or_set(f"agreements-{model.pk}", lambda: _counted(model), CACHE_SECONDS)
    return cast(dict[int, TagAgreement], by_tag)


def _counted(model: ModelVersion) -> dict[int, TagAgreement]:
    """One query. A word on a shown tag stands on its synonyms too, and is counted once."""
    place = Func(F("track__analyses__model__labels"), F("tag__name"), function="array_position")
    rows = (
        Verdict.objects.filter(withdrawn_at=None, track__analyses__model=model)
        .annotate(
            score=_at("track__analyses__mean_scores", place),
            threshold=_at("track__analyses__model__thresholds", place),
        )
        .filter(score__gte=F("threshold"))
        .values("answer", shown=Func("tag__shown_as", "tag", function="COALESCE"))
        .annotate(words=Count(_pair("person", "track"), distinct=True))
        .order_by()
    )
    words: Counter[int] = Counter()
    agreed: Counter[int] = Counter()
    for row in rows:
        words[row["shown"]] += row["words"]
        agreed[row["shown"]] += row["words"] * (row["answer"] == Verdict.Answer.ACCEPTED)
    return {
        tag: TagAgreement(agreed[tag], count)
        for tag, count in words.items()
        if count >= FEWEST_VERDICTS
    }


def _pair(one: str, other: str) -> Func:
    return Func(one, other, function="ROW", output_field=IntegerField())


def _at(array: str, place: Func) -> Func:
    """The element of a Postgres array at a place."""
    return Func(
        F(array),
        place,
        template="(%(expressions)s]",
        arg_joiner=")[",
        output_field=FloatField(),
    )
