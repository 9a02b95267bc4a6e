"""Every page and every method, by everybody: generated from the URL configuration."""

from __future__ import annotations

from .conftest import Ask
from .rules import METHODS, WEB, Audience

# A token is for the API: a page does not know it.
UNKNOWN_HERE = ["anonymous", "outsider's token", "read-only token", "owner's token"]
TURNED_AWAY = {
    Audience.MEMBER: ["outsider", "staff"],
    Audience.KEEPER: ["outsider", "staff", "listener", "editor"],
    Audience.OWNER: ["outsider", "staff", "keeper"],
    Audience.STAFF: ["outsider", "owner"],
}
LET_IN = {
    Audience.EVERYBODY: ["anonymous", "outsider", "owner"],
    Audience.PEOPLE: ["outsider", "owner", "staff"],
    Audience.MEMBER: ["owner"],
    Audience.KEEPER: ["owner", "keeper"],
    Audience.OWNER: ["owner"],
    Audience.STAFF: ["staff"],
}
ANSWERS = {200, 204, 302, 303, 400, 422}


def test_whoever_has_not_signed_in_is_sent_to_do_so(ask: Ask) -> None:
    wrong = []
    for name, rule in WEB.items():
        if rule.audience is Audience.EVERYBODY:
            continue
        for who in UNKNOWN_HERE:
            for method in rule.allowed:
                sent_to = ask(who, method, name).get("Location", "nowhere")
                if not sent_to.startswith("/sign-in/?next="):
                    wrong.append((who, method, name, sent_to))
    assert wrong == []


def test_for_whom_it_is_not_it_does_not_exist(ask: Ask) -> None:
    wrong = []
    for name, rule in WEB.items():
        for who in TURNED_AWAY.get(rule.audience, []):
            for method in rule.allowed:
                status = ask(who, method, name).status_code
                if status != 404:
                    wrong.append((who, method, name, status))
    assert wrong == []


def test_for_whom_it_is_each_method_of_the_rule_and_no_other_has_an_answer(ask: Ask) -> None:
    wrong = []
    for name, rule in WEB.items():
        for who in LET_IN[rule.audience]:
            for method in METHODS:
                response = ask(who, method, name)
                # Whoever has signed in already is sent on, whatever they ask the sign-in page.
                done = response.status_code == 405 or response.get("Location") == "/"
                answered = response.status_code in ANSWERS and "next=" not in response.get(
                    "Location", ""
                )
                if not (answered if method in rule.allowed else done):
                    wrong.append((who, method, name, response.status_code))
    assert wrong == []
