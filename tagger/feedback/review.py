"""The review queue: questions the active model raises, the most telling first."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from ml.config import strength
from tagger.models import Analysis, Library, ModelVersion, Question, Tag, User, Verdict
from tagger.tags.confidence import calibration_of
from tagger.tags.effective import active_model
from tagger.tags.segment_scores import telling_seconds

# Nobody reads on how many thousand there are.
MOST_COUNTED = 1000


@dataclass(frozen=True)
class ShownQuestion:
    """A question with what is needed to decide it: the seconds that made the model think of it."""

    question: Question
    score: float
    threshold: float
    start: float
    end: float
    labels: list[str]
    """What the model calls the tag."""
    strength: str | None = None


def open_questions(of: Library, person: User) -> QuerySet[Question]:
    """What nobody has answered, and what others differ about, but for what this person has
    skipped. In order, by an index."""
    return _unanswered(of, person).exclude(skipped_by__contains=[person.pk])


def skipped_questions(of: Library, person: User) -> QuerySet[Question]:
    """Those that this person has left to others."""
    left = _unanswered(of, person).exclude(skipped_by=[])
    return left.filter(skipped_by__contains=[person.pk])


def to_be_asked(model: ModelVersion) -> QuerySet[Analysis]:
    """Analyses from before there were questions, through which nobody has gone; latest first."""
    if model.unasked_below is None:
        return Analysis.objects.none()
    return Analysis.objects.filter(model=model, pk__lt=model.unasked_below).order_by("-pk")


def are_sought(of: Library) -> bool:
    """Whether more questions come by themselves out of what was analysed long ago."""
    model = active_model()
    if model is None:
        return False
    return to_be_asked(model).filter(track__library=of, track__deleted_at=None).exists()


def count_up_to_most(questions: QuerySet[Question]) -> int:
    return questions.order_by()[: MOST_COUNTED + 1].count()


def said_of(tag: Tag, of: Library) -> dict[str, int]:
    """How many of its tracks people have said to have the tag ("accepted"), or not."""
    verdicts = Verdict.objects.filter(
        tag=tag, track__library=of, track__deleted_at=None, withdrawn_at=None
    )
    counted = verdicts.order_by().values("answer").annotate(tracks=Count("track", distinct=True))
    return {row["answer"]: row["tracks"] for row in counted}


def shown(question: Question) -> ShownQuestion | None:
    """None when the model's analysis has gone meanwhile."""
    analysis = (
        Analysis.objects.filter(track=question.track_id, model=question.model_id)
        .select_related("model")
        .defer("embedding")
        .first()
    )
    if analysis is None:
        return None
    names = {question.tag.name, *question.tag.synonyms.values_list("name", flat=True)}
    columns = [at for at, label in enumerate(analysis.model.labels) if label in names]
    best = max(columns, key=lambda at: analysis.mean_scores[at] - analysis.model.thresholds[at])
    start, end = telling_seconds(analysis, columns)
    score, label = analysis.mean_scores[best], analysis.model.labels[best]
    confidence = calibration_of(analysis.model).confidence(label, score)
    return ShownQuestion(
        question,
        score,
        analysis.model.thresholds[best],
        start,
        end,
        [analysis.model.labels[at] for at in columns],
        None if confidence is None else strength(confidence),
    )


def _unanswered(of: Library, person: User) -> QuerySet[Question]:
    """Not answered yet, wherever the answer was given; of a dispute, not by this person."""
    answered = Verdict.objects.filter(
        Q(tag=OuterRef("tag")) | Q(tag__shown_as=OuterRef("tag")),
        track=OuterRef("track"),
        withdrawn_at=None,
    )
    return Question.objects.filter(
        Q(disputed=False) & ~Exists(answered)
        | Q(disputed=True) & ~Exists(answered.filter(person=person)),
        library=of,
        # Equal to one, not among some: the index then gives them in order.
        model=ModelVersion.objects.filter(state=ModelVersion.State.ACTIVE).values("pk")[:1],
        track__deleted_at=None,
    ).select_related("track", "tag")
