"""What members of each role may do, at every address that is about a library."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.http import HttpResponseBase

from tagger.api import urls
from tagger.models import Membership, Track

from .conftest import Ask
from .rules import API, RULES, WEB, Audience, Rule

ROLES = list(Membership.Role.values)
ABOUT_THINGS = {name: rule for name, rule in RULES.items() if rule.audience is Audience.MEMBER}
WITHIN = {name: rule for name, rule in RULES.items() if rule.within}
# What is missing for now, or cannot be as it is: the door was passed.
PASSED = {200, 201, 202, 204, 302, 303, 400, 409, 412, 415, 422}


def asked_by(name: str, role: str) -> Iterator[str]:
    yield role
    if name in API:
        yield f"{role}'s token"


def passed(response: HttpResponseBase) -> bool:
    if response.status_code == 404:
        body = response.content  # type: ignore[attr-defined]
        kind = response.get("Content-Type", "")
        return "json" in kind and not json.loads(body)["type"].endswith("/not-found/")
    return response.status_code in PASSED and "next=" not in response.get("Location", "")


def _telling(name: str, rule: Rule) -> set[str]:
    """HEAD is GET without what would say why."""
    return rule.allowed - {"HEAD"} if name in API else rule.allowed


def wrong_answers(ask: Ask, rules: dict[str, Rule], within: str = "") -> list[tuple[str, ...]]:
    wrong: list[tuple[str, ...]] = []
    for name, rule in rules.items():
        for method in sorted(_telling(name, rule)):
            for role in ROLES:
                enough = ROLES.index(role) >= ROLES.index(rule.role_for(method))
                for who in asked_by(name, role):
                    response = ask(who, method, name, within=within)
                    if not (passed(response) if enough else response.status_code == 403):
                        wrong.append((who, method, name, str(response.status_code)))
    return wrong


def test_each_role_may_what_the_rules_say_with_the_librarys_things(ask: Ask) -> None:
    assert wrong_answers(ask, ABOUT_THINGS) == []


def test_each_role_may_what_the_rules_say_within_the_library(ask: Ask, song: Track) -> None:
    assert wrong_answers(ask, WITHIN, within=str(song.library_id)) == []


def test_a_library_one_is_not_in_is_no_library(ask: Ask, song: Track) -> None:
    """The same answer as for a number that no library has."""
    wrong = []
    for name, rule in WITHIN.items():
        strangers = ["outsider", "staff", *(["outsider's token"] if name in API else [])]
        for method in sorted(rule.allowed):
            for who in strangers:
                statuses = {
                    ask(who, method, name, within=library).status_code
                    for library in (str(song.library_id), "999999999")
                }
                if statuses != {404}:
                    wrong.append((who, method, name, statuses))
    assert wrong == []


def test_what_is_no_number_is_no_library(ask: Ask) -> None:
    for library in ("0", "x", "9" * 30, "\u0661"):
        for name in ("web:library", "api:tracks"):
            assert ask("owner", "GET", name, within=library).status_code == 404, library


def test_whoever_left_is_a_stranger(ask: Ask, song: Track) -> None:
    Membership.objects.filter(library=song.library, person__username="keeper").delete()
    wrong = []
    for name, rule in ABOUT_THINGS.items():
        for method in sorted(rule.allowed):
            for who in asked_by(name, "keeper"):
                status = ask(who, method, name).status_code
                if status != 404:
                    wrong.append((who, method, name, status))
    assert wrong == []


def test_what_is_about_the_chosen_library_says_so_in_its_rule() -> None:
    """A view of the API that takes `library` has a rule that tests it."""
    views = {
        f"api:{pattern.name}": getattr(pattern.callback, "view_class", None)
        for pattern in urls.urlpatterns
    }
    of_library = {name for name, view in views.items() if getattr(view, "of_library", False)}
    assert of_library == {name for name, rule in API.items() if rule.within}
    assert {name for name in WEB if WEB[name].within}
