from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from tagger.feedback.answers import ReviewAnswer, answer_question, ask_skipped, take_back
from tagger.feedback.question_queue import MOST, ask_waiting
from tagger.feedback.review import are_sought, open_questions, shown, skipped_questions
from tagger.feedback.verdicts import accept_shown
from tagger.library.trash import delete_track
from tagger.models import Analysis, Membership, ModelVersion, Question, Tag, Track, User
from tests.web import rows


def asked(owner: User) -> list[tuple[str, str]]:
    return [
        (question.tag.name, question.track.title)
        for question in open_questions(owner.personal_library, owner)
    ]


def test_what_is_near_its_threshold_is_asked_first(owner: User) -> None:
    rows.analysed(rows.track(owner, "A"), guitar=0.95, piano=0.6, harp=0.52, rock=0.1)
    assert asked(owner) == [("harp", "A"), ("piano", "A")]


def test_each_tags_own_threshold_counts(owner: User) -> None:
    model = rows.active_model()
    model.thresholds[model.labels.index("harp")] = 0.05
    model.save()
    rows.analysed(rows.track(owner, "A"), harp=0.05, guitar=0.55)
    assert asked(owner) == [("harp", "A"), ("guitar", "A")]


def test_rare_tags_come_before_common_ones(owner: User) -> None:
    model = rows.active_model()
    figures = [("guitar", 300), ("harp", 3)]
    per_tag = [
        {"tag": tag, "positives": count, "roc_auc": 0.9, "average_precision": 0.8}
        for tag, count in figures
    ]
    test: dict[str, Any] = {"clips": 400, "tags": 2, "protocol": "A", "per_tag": per_tag}
    test |= {"macro_roc_auc": 0.9, "macro_average_precision": 0.8}
    model.card = {"metrics": {"test": test}}
    model.save()
    rows.analysed(rows.track(owner, "A"), guitar=0.55, harp=0.56)
    assert asked(owner) == [("harp", "A"), ("guitar", "A")]


def test_no_track_is_asked_about_for_long(owner: User) -> None:
    rows.analysed(rows.track(owner), guitar=0.5, piano=0.5, harp=0.5, rock=0.5, slow=0.5)
    assert len(asked(owner)) == MOST


def test_synonyms_are_one_question_decided_by_the_surest(owner: User) -> None:
    rows.analysed(rows.track(owner, "Sure"), female=0.5, woman=0.99)
    rows.analysed(rows.track(owner, "Unsure"), female=0.5, woman=0.3)
    assert asked(owner) == [("female vocals", "Unsure")]


def test_silence_raises_no_questions(owner: User) -> None:
    rows.analysed(rows.track(owner), notes=("silent",), guitar=0.5)
    assert asked(owner) == []


def test_analysing_again_asks_anew(owner: User) -> None:
    track = rows.analysed(rows.track(owner, "A"), guitar=0.5)
    rows.analysed(track, piano=0.5)
    assert asked(owner) == [("piano", "A")]


@pytest.fixture
def old_library(owner: User) -> ModelVersion:
    """As an installation has it that comes from before there were questions."""
    for n in range(3):
        rows.analysed(rows.track(owner, f"Old {n}"), guitar=0.5 + n / 100)
    Question.objects.all().delete()
    below = Analysis.objects.latest("pk").pk + 1
    ModelVersion.objects.update(unasked_below=below)
    return ModelVersion.objects.get()


def test_a_library_of_old_gets_its_questions_by_itself(
    owner: User, old_library: ModelVersion
) -> None:
    assert are_sought(owner.personal_library)
    assert ask_waiting(most=2) == 2
    assert sorted(asked(owner)) == [("guitar", "Old 1"), ("guitar", "Old 2")]
    assert are_sought(owner.personal_library)
    assert ask_waiting(most=2) == 1
    assert len(asked(owner)) == 3
    assert not are_sought(owner.personal_library)
    assert ask_waiting() == 0
    old_library.refresh_from_db()
    assert old_library.unasked_below is None


@pytest.mark.usefixtures("old_library")
def test_questions_that_stand_are_left_as_they_are(owner: User) -> None:
    rows.analysed(Track.objects.get(title="Old 1"), guitar=0.51)
    skipped = Question.objects.get()
    answer_question(owner, skipped, ReviewAnswer.SKIP)
    assert ask_waiting() == 2
    assert [question.pk for question in skipped_questions(owner.personal_library, owner)] == [
        skipped.pk
    ]


@pytest.mark.usefixtures("old_library")
def test_what_was_analysed_since_is_not_gone_through(owner: User, outsider: User) -> None:
    rows.analysed(rows.track(outsider), guitar=0.5)
    assert not are_sought(outsider.personal_library)
    assert ask_waiting() == 3


def test_an_answer_given_anywhere_closes_the_question(owner: User) -> None:
    track = rows.analysed(rows.track(owner, "A"), guitar=0.5, piano=0.51)
    accept_shown(owner, track, Tag.objects.get(slug="guitar"))
    assert asked(owner) == [("piano", "A")]


def test_the_questions_are_a_persons_own_and_of_tracks_they_have(
    owner: User, outsider: User
) -> None:
    rows.analysed(rows.track(outsider), guitar=0.5)
    delete_track(rows.analysed(rows.track(owner), guitar=0.5))
    assert asked(owner) == []


def test_only_the_active_model_asks(owner: User) -> None:
    rows.analysed(rows.track(owner), guitar=0.5)
    ModelVersion.objects.update(state=ModelVersion.State.RETIRED)
    assert asked(owner) == []


@pytest.mark.parametrize(
    ("answer", "tags"), [(ReviewAnswer.YES, ["guitar"]), (ReviewAnswer.NO, [])]
)
def test_an_answer_is_a_verdict_and_can_be_taken_back(
    owner: User, answer: ReviewAnswer, tags: list[str]
) -> None:
    track = rows.analysed(rows.track(owner, "A"), guitar=0.55)
    question = open_questions(owner.personal_library, owner).get()
    answer_question(owner, question, answer)
    assert [row.tag.slug for row in track.track_tags.all()] == tags
    assert asked(owner) == []
    take_back(owner, track, question.tag, answer)
    assert not track.verdicts.filter(withdrawn_at=None).exists()
    assert asked(owner) == [("guitar", "A")]


def test_what_is_skipped_is_kept_for_later(owner: User) -> None:
    track = rows.analysed(rows.track(owner, "A"), guitar=0.5)
    rows.analysed(rows.track(owner, "B"), piano=0.5)
    for question in open_questions(owner.personal_library, owner):
        answer_question(owner, question, ReviewAnswer.SKIP)
    assert (asked(owner), skipped_questions(owner.personal_library, owner).count()) == ([], 2)
    take_back(owner, track, Tag.objects.get(slug="guitar"), ReviewAnswer.SKIP)
    assert asked(owner) == [("guitar", "A")]
    assert ask_skipped(owner.personal_library, owner) == 1
    assert len(asked(owner)) == 2


def test_what_one_skips_is_still_asked_of_the_others(owner: User, outsider: User) -> None:
    library = owner.personal_library
    Membership.objects.create(library=library, person=outsider, role=Membership.Role.EDITOR)
    track = rows.analysed(rows.track(owner), guitar=0.5)
    question = open_questions(library, owner).get()
    for _ in range(2):
        answer_question(owner, question, ReviewAnswer.SKIP)
    assert not open_questions(library, owner).exists()
    assert open_questions(library, outsider).get() == question
    answer_question(outsider, question, ReviewAnswer.SKIP)
    take_back(outsider, track, question.tag, ReviewAnswer.SKIP)
    assert open_questions(library, outsider).exists()
    assert ask_skipped(library, outsider) == 0
    assert skipped_questions(library, owner).get() == question


def test_the_telling_seconds_are_where_the_tag_is_strongest(owner: User) -> None:
    track = rows.analysed(rows.track(owner), segments=20, guitar=0.5)
    analysis = Analysis.objects.get()
    scores = analysis.segment_scores()
    scores[12:16, analysis.model.labels.index("guitar")] = 0.9
    analysis.scores = scores.astype("<f2").tobytes()
    analysis.save()
    question = shown(open_questions(owner.personal_library, owner).get())
    assert question is not None
    assert question.start == pytest.approx(12 * rows.HOP)
    assert question.end == pytest.approx(12 * rows.HOP + 10)
    assert (question.score, question.threshold) == (pytest.approx(0.5), 0.5)
    track.analyses.all().delete()
    assert shown(Question.objects.get()) is None


def test_questions_can_be_made_anew(owner: User) -> None:
    rows.analysed(rows.track(owner, "A"), guitar=0.5)
    Question.objects.all().delete()
    call_command("rebuild_tags")
    assert asked(owner) == [("guitar", "A")]
