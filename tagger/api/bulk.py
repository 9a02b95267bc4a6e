from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.bulk import BulkPreviewSerializer, BulkSerializer, SampleSerializer
from tagger.api.serializers.job import JobSerializer
from tagger.library.bulk import BulkError, BulkRequest, as_read, preview, start
from tagger.library.bulk_actions import BulkAction
from tagger.models import Job

from .accepted import accepted
from .base import ApiView
from .documentation import BODY, LOCATION, RETRY_AFTER, changes
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, sent
from .problems import Problem

# Where a fault lies that is not in the query.
FIELDS = {
    "unknown-tag": "tag",
    "unknown-job": "job",
    "too-late": "job",
    "unknown-code-page": "code_page",
    "unknown-library": "target",
}


class Bulk(ApiView):
    of_library = True

    @extend_schema(
        summary="Do something to many tracks",
        description=(
            "202 with a job, ended already where there are few; its `result` counts them and names "
            "those to which it could not be done. A dry run is 200 with counts, and does nothing. "
            "`restore` and `purge` look in the Trash. `reread` reads title, artist and album of "
            "files that say Latin-1 in the `code_page` that was meant; its dry run shows some. "
            "`move` moves them, with all that is known of them, to another library (`target`); you "
            "keep both. `undo` undoes a bulk `job` of verdicts, `reread` or `move`, within a day."
        ),
        request=BulkSerializer,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes(
            {200: BulkPreviewSerializer, 202: JobSerializer},
            *BODY,
            *KEY_PROBLEMS,
            "nothing-selected",
        ),
    )
    @idempotent(sent)
    def post(self, request: Request) -> Response:
        serializer = BulkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wish = serializer.validated_data
        try:
            if wish["dry_run"]:
                return Response(self._preview(_asked(wish)))
            job = start(self.person, self.library, _asked(wish), trigger=Job.Trigger.API)
        except BulkError as error:
            raise _problem(error) from error
        return accepted(request, job, JobSerializer(job).data)

    def _preview(self, asked: BulkRequest) -> Any:
        counted = BulkPreviewSerializer(preview(self.person, self.library, asked)).data
        if asked.action != BulkAction.REREAD:
            return counted
        read = as_read(self.library, asked, [asked.code_page])
        return counted | {"samples": SampleSerializer(read[asked.code_page], many=True).data}


def _asked(wish: dict[str, Any]) -> BulkRequest:
    query = wish.get("query", "")
    if "ids" in wish:
        query = urlencode({"id": ",".join(map(str, wish["ids"]))})
    deletion = str(wish.get("deletion", ""))
    job = str(wish.get("job", ""))
    return BulkRequest(
        BulkAction(wish["action"]),
        query,
        wish["tag"],
        deletion,
        job,
        wish.get("code_page", ""),
        str(wish.get("target", "")),
    )


def _problem(error: BulkError) -> Problem:
    if error.code == "nothing-selected":
        return Problem("nothing-selected", error.detail)
    field = FIELDS.get(error.code, "query")
    fault = {"pointer": f"#/{field}", "code": error.code, "detail": error.detail}
    return Problem("invalid", error.detail, errors=[fault])
