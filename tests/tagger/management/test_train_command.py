"""`manage.py train`: starts, follows, and asks what Ctrl-C is to mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tagger.jobs import lifecycle
from tagger.management import follow
from tagger.models import Job, Training, User, Verdict
from tagger.operations.bootstrap import ensure_vocabulary
from tagger.training.manage import note
from tests.tagger.training.training_rows import labelled, small_model
from tests.web import rows

pytestmark = pytest.mark.usefixtures("sent")


@pytest.fixture
def boss(db: None, tmp_path: Path) -> User:
    ensure_vocabulary()
    small_model(tmp_path)
    boss = rows.person("boss", is_staff=True)
    for answer in Verdict.Answer:
        labelled(boss, "harp", answer, 12)
    return boss


class Worker:
    """Stands where the command sleeps, and does one thing a second."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *steps: Any) -> None:
        self.steps = list(steps)
        monkeypatch.setattr(follow.time, "sleep", lambda _: self.steps.pop(0)())


def claimed() -> Job:
    job = lifecycle.claim(str(Training.objects.get().job_id))
    assert job is not None
    return job


def interrupt() -> None:
    raise KeyboardInterrupt


def work() -> None:
    job = claimed()
    note(Training.objects.get(), "epoch 1 of 2")
    lifecycle.report(job, stage="training", done=1, total=2, unit="updates")


def test_started_and_left_alone_it_prints_where_to_find_it(boss: User, capsys: Any) -> None:
    call_command("train", "--detach", "--epochs", "2", "--seed", "3")
    training = Training.objects.get()
    assert capsys.readouterr().out.strip() == str(training.pk)
    assert (training.epochs, training.seed, training.job.trigger) == (2, 3, "command")


def test_it_follows_to_the_end(boss: User, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def end() -> None:
        lifecycle.succeed(Training.objects.get().job)

    Worker(monkeypatch, work, end)
    call_command("train")
    printed = capsys.readouterr()
    assert "epoch 1 of 2" in printed.err
    assert "Candidate:" in printed.out


def test_a_failure_is_the_commands_failure(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    Worker(monkeypatch, lambda: lifecycle.fail(claimed(), code="x", detail="The disk is full."))
    with pytest.raises(CommandError, match="The disk is full"):
        call_command("train")


def test_ctrl_c_cancels_when_the_person_says_so(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["", "c"])
    monkeypatch.setattr(follow.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    Worker(monkeypatch, interrupt, interrupt, lambda: None)
    with pytest.raises(CommandError, match="cancelled"):
        call_command("train")
    assert Training.objects.get().job.state == Job.State.CANCELLED


def test_ctrl_c_of_a_script_leaves_it_running(
    boss: User, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(follow.sys.stdin, "isatty", lambda: False, raising=False)
    Worker(monkeypatch, interrupt)
    call_command("train")
    assert "goes on" in capsys.readouterr().err
    assert Training.objects.get().job.is_open


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--no-verdicts"], "Choose what to learn from"),
        (["--base", "nobody"], "no model version named nobody"),
        (["--data", "nowhere"], "no data set nowhere"),
        (["--scratch", "--preset", "fine-tune"], "needs a model"),
    ],
)
def test_what_cannot_be_started_is_refused_with_a_sentence(
    boss: User, arguments: list[str], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("train", *arguments)
    assert not Training.objects.exists()
