"""A request's id goes along with the work it asks for, so that one search finds both in the log."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun

from tagger.platform.log_context import current_request_id, job_context, request_context

from .tasks import RUN_JOB

HEADER = "tonemark_request_id"
_CONTEXT_ATTRIBUTE = "tonemark_log_context"


@before_task_publish.connect
def _send_along(headers: dict[str, Any], **_: Any) -> None:
    headers[HEADER] = current_request_id()


@task_prerun.connect
def _take_up(task: Any, args: Sequence[Any], **_: Any) -> None:
    context = ExitStack()
    context.enter_context(request_context(task.request.get(HEADER) or ""))
    if task.name == RUN_JOB:
        context.enter_context(job_context(str(args[0])))
    setattr(task.request, _CONTEXT_ATTRIBUTE, context)


@task_postrun.connect
def _put_down(task: Any, **_: Any) -> None:
    getattr(task.request, _CONTEXT_ATTRIBUTE).close()
