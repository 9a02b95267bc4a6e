"""Every resource of the API and every method, by everybody."""

from __future__ import annotations

from .conftest import Ask
from .rules import API, METHODS, Audience

CLOSED = {name: rule for name, rule in API.items() if rule.audience is not Audience.EVERYBODY}
MEMBERS = ["owner", "owner's token"]
LET_IN = {
    Audience.EVERYBODY: ["anonymous", "outsider", *MEMBERS, "staff"],
    Audience.PEOPLE: ["outsider", "outsider's token", *MEMBERS, "staff"],
    Audience.OWNER: MEMBERS,
    Audience.STAFF: ["staff"],
}
TURNED_AWAY = {
    Audience.OWNER: (["outsider", "outsider's token", "staff"], 404),
    Audience.STAFF: ([*MEMBERS, "outsider", "outsider's token"], 403),
}
ANSWERS = {200, 201, 202, 204, 400, 409, 415, 422}


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
        for method in METHODS:
            status = ask("read-only token", method, name).status_code
            reads = method in rule.reads.split() and rule.audience is not Audience.STAFF
            expected = {200, 400} if reads else {403}
            if status not in (expected if method in rule.allowed else {403, 405}):
                wrong.append((method, name, status))
    assert wrong == []


def test_whom_it_does_not_concern_gets_nothing(ask: Ask) -> None:
    wrong = []
    for name, rule in API.items():
        crowd, expected = TURNED_AWAY.get(rule.audience, ([], 0))
        for who in crowd:
            for method in rule.allowed:
                status = ask(who, method, name).status_code
                if status != expected:
                    wrong.append((who, method, name, status))
    assert wrong == []


def test_whom_it_concerns_gets_an_answer_to_each_method_of_the_rule(ask: Ask) -> None:
    wrong = []
    for name, rule in API.items():
        for who in LET_IN[rule.audience]:
            for method in METHODS:
                status = ask(who, method, name).status_code
                if status not in (ANSWERS if method in rule.allowed else {405}):
                    wrong.append((who, method, name, status))
    assert wrong == []
