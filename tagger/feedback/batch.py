"""Questions about one tag, twenty at a time: an end in sight, and what was said on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet

from tagger.models import Question, Tag

from .review import MOST_COUNTED

SIZE = 20


@dataclass(frozen=True)
class Topic:
    """A tag there are open questions about."""

    tag: Tag
    questions: int


@dataclass(frozen=True)
class Batch:
    """`answers` in their order: "yes", "no" or "skip", about `tag` (an id; None: about any)."""

    tag: int | None = None
    answers: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, stored: Any) -> Batch:
        """From a session; whatever else stands there begins a new one."""
        return cls(**stored) if isinstance(stored, dict) else cls()

    @property
    def is_done(self) -> bool:
        return len(self.answers) >= SIZE

    @property
    def steps(self) -> list[str]:
        """One a question of the batch; "" for those that are still to come."""
        return [*self.answers, *[""] * (SIZE - len(self.answers))]

    def within(self, questions: QuerySet[Question]) -> QuerySet[Question]:
        """Those of them that it is about."""
        return questions.filter(tag=self.tag) if self.tag else questions

    def with_answer(self, answer: str) -> Batch:
        return replace(self, answers=[*self.answers, answer])

    def without_last(self) -> Batch:
        return replace(self, answers=self.answers[:-1])

    def count(self, answer: str) -> int:
        return self.answers.count(answer)


def topics(questions: QuerySet[Question]) -> list[Topic]:
    """The tags of the questions that are asked first, those with most questions first."""
    asked = Counter(questions.values_list("tag", flat=True)[: MOST_COUNTED + 1])
    tags = Tag.objects.in_bulk(list(asked))
    found = [Topic(tags[pk], count) for pk, count in asked.items()]
    return sorted(found, key=lambda topic: (-topic.questions, topic.tag.name))


def asked_in_all(found: Iterable[Topic]) -> int:
    return sum(topic.questions for topic in found)
