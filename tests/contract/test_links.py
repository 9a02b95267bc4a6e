"""Where an answer has an id, its links lead to what they promise."""

from __future__ import annotations

import json
from functools import reduce
from typing import Any

from django.db import transaction

from tagger.api.links import BODY, LINKS, Link

from .operations import Operation, World, operations

# What the library that is asked does not come to: a file that is known, a training that has ended.
NOT_HERE = {("tracks_create", 200), ("trainings_retrieve", 200)}
PATH = "$request.path."


def test_every_link_leads_to_what_there_is(world: World) -> None:
    known = {one.described["operationId"]: one for one in operations()}
    wrong = []
    for link in LINKS:
        for target in link.targets.split():
            with transaction.atomic():
                reached = followed(world, link, known[link.operation], known[target])
                transaction.set_rollback(True)
            if not reached and (link.operation, link.status) not in NOT_HERE:
                wrong.append((link.operation, link.status, target))
    assert not wrong, wrong


def followed(world: World, link: Link, source: Operation, target: Operation) -> bool:
    """Whether there is something at its end. That it may not be done now is an answer too."""
    asked, answer = world.values(source), world.ask(source, world.deed(source))
    if answer.status_code != link.status:
        return False
    body = json.loads(getattr(answer, "content", b"") or b"null")
    values = {name: value(at, body, asked) for name, at in link.parameters.items()}
    response = world.ask(target, values=values)
    return b"/api/v1/problems/not-found/" not in getattr(response, "content", b"")


def value(expression: str, body: Any, path: dict[str, str]) -> str:
    """What a runtime expression of OpenAPI stands for."""
    if expression.startswith(PATH):
        return path[expression.removeprefix(PATH)]
    steps = expression.removeprefix(f"{BODY}/").split("/")
    return str(reduce(lambda at, step: at[int(step) if step.isdigit() else step], steps, body))
