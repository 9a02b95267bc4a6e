from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.models import Job

POLL_SECONDS = 2


def accepted(request: Request, job: Job, body: Any) -> Response:
    """202: the work is queued, and its job tells how it goes."""
    address = request.build_absolute_uri(reverse("api:job", args=[job.pk]))
    headers = {"Location": address} | ask_again(job)
    return Response(body, status=status.HTTP_202_ACCEPTED, headers=headers)


def ask_again(job: Job) -> dict[str, str]:
    """When to look at the job next; nothing once it has ended."""
    return {"Retry-After": str(POLL_SECONDS)} if job.is_open else {}
