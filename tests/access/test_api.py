"""Every resource of the API and every method, by everybody."""

from __future__ import annotations

import json

from django.http import HttpResponseBase

from tagger.models import Track

from .conftest import Ask
from .rules import API, METHODS, Audience

CLOSED = {name: rule for name, rule in API.items() if rule.audience is not Audience.EVERYBODY}
MEMBERS = ["owner", "owner's token"]
LET_IN = {
    Audience.EVERYBODY: ["anonymous", "outsider", *MEMBERS, "staff"],
    Audience.PEOPLE: ["outsider", "outsider's token", *MEMBERS, "staff"],
    Audience.MEMBER: MEMBERS,
    Audience.KEEPER: [*MEMBERS, "keeper", "keeper's token"],
    Audience.OWNER: MEMBERS,
    Audience.STAFF: ["staff"],
}
TURNED_AWAY = {
    Audience.MEMBER: (["outsider", "outsider's token", "staff"], 404),
    Audience.KEEPER: (["outsider", "outsider's token", "staff", "editor", "editor's token"], 404),
    Audience.OWNER: (["outsider", "outsider's token", "staff", "keeper", "keeper's token"], 404),
    Audience.STAFF: ([*MEMBERS, "outsider", "outsider's token"], 403),
}
# HEAD is GET without what would say why.
WITH_BODY = [method for method in METHODS if method != "HEAD"]
ANSWERS = {200, 201, 202, 204, 400, 409, 412, 415, 422}


def answered(response: HttpResponseBase) -> bool:
    """What is there in principle may be missing for now: its problem says so, not "not found"."""
    if response.status_code == 404:
        return not json.loads(response.content)["type"].endswith("/not-found/")  # type: ignore[attr-defined]
    return response.status_code in ANSWERS


def test_the_anonymous_are_asked_who_they_are(ask: Ask) -> None:
    wrong = []
    for name in CLOSED:
        for method in [*METHODS, "OPTIONS"]:
            response = ask("anonymous", method, name)
            asked = response.get("WWW-Authenticate", "").startswith("Bearer")
            if response.status_code != 401 or not asked:
                wrong.append((method, name, response.status_code))
    assert wrong == []


def test_a_read_only_token_reads_and_changes_nothing(ask: Ask) -> None:
    wrong = []
    for name, rule in CLOSED.items():
        for method in WITH_BODY:
            response = ask("read-only token", method, name)
            for_staff = rule.audience_of(method) is Audience.STAFF
            reads = method in rule.reads.split() and not for_staff
            if method not in rule.allowed:
                fine = response.status_code in (403, 405)
            else:
                fine = answered(response) if reads else response.status_code == 403
            if not fine:
                wrong.append((method, name, response.status_code))
    assert wrong == [], wrong


def test_whom_it_does_not_concern_gets_nothing(ask: Ask) -> None:
    wrong = []
    for name, rule in API.items():
        for method in rule.allowed:
            crowd, expected = TURNED_AWAY.get(rule.audience_of(method), ([], 0))
            for who in crowd:
                status = ask(who, method, name).status_code
                if status != expected:
                    wrong.append((who, method, name, status))
    assert wrong == []


def test_a_token_of_another_library_is_a_strangers(ask: Ask, song: Track) -> None:
    """Also of what its person has elsewhere: views, uploads, tokens, webhooks, invitations."""
    wrong = []
    for name, rule in API.items():
        if rule.audience in (Audience.MEMBER, Audience.KEEPER, Audience.OWNER):
            within = [""]
        else:
            within = [str(song.library_id)] if rule.within else []
        for method in rule.allowed:
            if rule.audience_of(method) is Audience.STAFF:
                continue
            for library in within:
                status = ask("token of elsewhere", method, name, within=library).status_code
                if status != 404:
                    wrong.append((method, name, status))
    assert wrong == []


def test_a_token_of_the_library_does_there_what_its_person_may(ask: Ask) -> None:
    wrong = []
    for name, rule in API.items():
        if rule.audience in (Audience.MEMBER, Audience.KEEPER):
            for method in set(WITH_BODY) & rule.allowed:
                if not answered(ask("token of the library", method, name)):
                    wrong.append((method, name))
    assert wrong == []


def test_a_limited_token_is_nobody_of_the_staff(ask: Ask) -> None:
    wrong = []
    for name, rule in API.items():
        for method in rule.allowed:
            if rule.audience_of(method) is Audience.STAFF:
                status = ask("staff's limited token", method, name).status_code
                if status != 403:
                    wrong.append((method, name, status))
    assert wrong == []


def test_whom_it_concerns_gets_an_answer_to_each_method_of_the_rule(ask: Ask) -> None:
    wrong = []
    for name, rule in API.items():
        for method in WITH_BODY:
            known = method in rule.allowed
            crowd = LET_IN[rule.audience_of(method)]
            # A method that is not there is nobody's: one is asked for all.
            for who in crowd if known else crowd[-1:]:
                response = ask(who, method, name)
                fine = answered(response) if known else response.status_code == 405
                if not fine:
                    wrong.append((who, method, name, response.status_code))
    assert wrong == [], wrong
