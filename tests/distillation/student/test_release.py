"""Thresholds come from what is known, and tags that were not shown to be heard stay unshown."""

from __future__ import annotations

import numpy as np

from distillation.student.release import (
    NEVER,
    Marks,
    figures,
    heard_in,
    marks_of,
    shares,
    thresholds,
)

from .pool_factory import TAGS, targets


def test_a_clip_has_what_its_hard_labels_say_and_else_what_its_targets_say() -> None:
    of = targets(clips=4)
    of.scores[:3, 3] = 0.6  # the first clip: rock, by its teachers
    of.counts[3:6, 3] = False  # of the second nobody knows
    marks = marks_of(of, "train")
    assert marks.labels[:, 0].tolist() == [1, 0, 1, 0]
    assert marks.labels[0, 3] == 1
    assert marks.labels[2, 3] == 0
    assert marks.known[:, 3].tolist() == [True, False, True, True]


def _turned(given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {"validation": given["test"], "test": given["validation"]}


def test_what_clips_of_known_truth_show_is_well_above_chance() -> None:
    answers = [
        {"label": "jazz", "interval": [0.84, 0.99]},
        {"label": "country", "interval": [0.34, 0.81]},
    ]
    assert heard_in({"answers": answers}) == {"jazz"}


def test_the_second_network_speaks_alone_for_what_the_student_has_hardly_heard() -> None:
    tags = ["ambient", "million-song: ambient", "million-song: electro", "million-song: jazz"]
    assert list(shares(tags).values()) == [0.5, 1.0, 0.5, 1.0]


def test_tags_that_are_heard_get_a_threshold_between_and_others_none() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([[1], [0]], 20, 0).astype(np.uint8).repeat(len(TAGS), 1)
    scores = np.where(labels, 0.6, 0.1).astype(np.float32)
    scores[:, 1] = rng.random(40)  # not heard at all
    labels[:, 2] = 0
    labels[:3, 2] = 1  # too few to say so
    marks = Marks(labels, np.ones(labels.shape, bool))
    nothing = Marks(labels[:0], marks.known[:0])
    judged = {"validation": marks, "test": nothing}
    given = {"validation": scores, "test": scores[:0]}
    found = thresholds(judged, given, TAGS)
    assert 0.1 < found["female"] < 0.6
    assert found["no vocals"] == found["guitar"] == NEVER
    elsewhere = thresholds(judged, given, TAGS, {"guitar"})
    assert elsewhere["guitar"] < 1
    assert elsewhere["no vocals"] == NEVER
    # Where validation has too few, the test clips are asked as well.
    turned = thresholds({"validation": nothing, "test": marks}, _turned(given), TAGS)
    assert turned["female"] == found["female"]
    assert figures(marks, scores, TAGS)["female"] == {
        "positives": 20,
        "roc_auc": 1.0,
        "average_precision": 1.0,
    }


def test_the_second_network_answers_alone_where_the_student_has_heard_too_little() -> None:
    tags = ["guitar", "million-song: jazz", "million-song: electronic"]
    assert shares(tags) == {
        "guitar": 0.5,
        "million-song: jazz": 1.0,
        "million-song: electronic": 0.5,
    }
