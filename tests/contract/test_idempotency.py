"""Every POST of the description honours `Idempotency-Key`."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import transaction

from tagger.models import KeptAnswer

from .operations import FORM, JSON, Operation, World, operations

KEY = {"Idempotency-Key": "6f1c9f6e-0b8d-4f6f-9a1d-2c3b4a5f6e7d"}
# Whoever asks it twice is told twice: nothing is made.
QUESTIONS = {"/api/v1/tracks/check/"}
REUSED = b"/api/v1/problems/idempotency-key-reused/"


def posts() -> list[Operation]:
    return [one for one in operations() if one.method == "POST" and one.path not in QUESTIONS]


def counts() -> dict[str, int]:
    models = [model for model in apps.get_app_config("tagger").get_models() if model != KeptAnswer]
    return {model.__name__: model.objects.count() for model in models}  # type: ignore[attr-defined]


def test_every_post_says_that_it_takes_a_key() -> None:
    assert [str(one) for one in posts() if not one.takes("Idempotency-Key")] == []


def test_a_post_that_is_sent_again_with_its_key_is_answered_the_same_and_done_once(
    world: World,
) -> None:
    wrong: list[tuple[Any, ...]] = []
    for operation in posts():
        with transaction.atomic():
            first = world.ask(operation, world.deed(operation), KEY)
            made = counts()
            again = world.ask(operation, world.deed(operation), KEY)
            answers = [(one.status_code, getattr(one, "content", b"")) for one in (first, again)]
            if not 200 <= first.status_code < 300 or answers[0] != answers[1] or made != counts():
                wrong.append((str(operation), *answers))
            transaction.set_rollback(True)
    assert not wrong, wrong


def test_a_key_is_refused_with_another_request(world: World) -> None:
    wrong: list[tuple[Any, ...]] = []
    elsewhere = next(one for one in posts() if one.path == "/api/v1/jobs/retry/")
    for operation in posts():
        with transaction.atomic():
            world.ask(operation, world.deed(operation), KEY)
            others = [world.ask(one, other, KEY) for one, other in others_than(operation, world)]
            others += [world.ask(elsewhere, None, KEY)] if operation != elsewhere else []
            for refused in others:
                content = getattr(refused, "content", b"")
                if refused.status_code != 422 or REUSED not in content:
                    wrong.append((str(operation), refused.status_code, content))
            transaction.set_rollback(True)
    assert not wrong, wrong


def others_than(operation: Operation, world: World) -> list[tuple[Operation, Any]]:
    """The same operation with another body, where it takes one."""
    if operation.examples("request", FORM):
        return [(operation, {"artist": "Ana", "more": "words"})]
    example = world.example(operation)
    return [(operation, example | {"more": "words"})] if operation.examples("request", JSON) else []
