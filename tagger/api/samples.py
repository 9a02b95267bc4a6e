from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.track import UploadedSerializer
from tagger.libraries.members import Role
from tagger.models import Job
from tagger.uploads.sample import bring_sample

from .accepted import accepted
from .access import own_tracks
from .base import ApiView
from .documentation import LOCATION, RETRY_AFTER, changes
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing


class Sample(ApiView):
    of_library = True
    throttle_scope = "upload"

    @extend_schema(
        operation_id="sample_create",
        summary="Bring in the sample track",
        description="A minute of music that the program plays itself, to try things out with.",
        request=None,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes({200: UploadedSerializer, 202: UploadedSerializer}, *KEY_PROBLEMS),
    )
    @idempotent(nothing)
    def post(self, request: Request) -> Response:
        self.need(Role.EDITOR)
        brought = bring_sample(self.library, by=self.person, trigger=Job.Trigger.API)
        track = own_tracks(self.person).get(pk=brought.track.pk)
        body = UploadedSerializer(
            {"track": track, "job": brought.job, "duplicate": brought.duplicate}
        ).data
        if brought.duplicate or brought.job is None:
            return Response(body)
        return accepted(request, brought.job, body)
