"""Many tracks analysed again in the background."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.analysis import reanalysis
from tagger.api.serializers.models import ReanalysisSerializer, ReanalysisWishSerializer
from tagger.library.search import tracks_of
from tagger.models import Job, ModelVersion, Reanalysis

from .accepted import accepted
from .documentation import BODY, LOCATION, RETRY_AFTER, changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing, sent
from .problems import Problem
from .staff import StaffView


class ReanalysisList(StaffView):
    @extend_schema(
        summary="Hear many tracks again",
        description=(
            "`stale`: all that the active model has not heard; one that runs already is answered "
            "as it is. `chosen`: some of your own tracks, also those it has heard. `sample`: "
            "tracks to compare the `model` named by; nothing that is shown changes. Uploads go "
            "first. For staff."
        ),
        request=ReanalysisWishSerializer,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes({202: ReanalysisSerializer}, *BODY, *KEY_PROBLEMS, "nothing-to-hear"),
    )
    @idempotent(sent)
    def post(self, request: Request) -> Response:
        serializer = ReanalysisWishSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            run = self._start(serializer.validated_data)
        except reanalysis.NothingToAnalyseError as error:
            raise Problem("nothing-to-hear", str(error)) from error
        run = Reanalysis.objects.select_related("job", "model").get(pk=run.pk)
        return accepted(request, run.job, ReanalysisSerializer(run).data)

    def _start(self, wish: dict[str, Any]) -> Reanalysis:
        by, trigger = self.person, Job.Trigger.API
        if wish["selection"] == Reanalysis.Scope.STALE:
            return reanalysis.reanalyse_stale(by=by, trigger=trigger)
        if wish["selection"] == Reanalysis.Scope.CHOSEN:
            return reanalysis.reanalyse_chosen(self._own(wish["tracks"]), by=by, trigger=trigger)
        version = ModelVersion.objects.filter(name=wish.get("model", "")).first()
        if version is None:
            raise _at_fault("model", "Name a model that there is: it is to hear a sample.")
        return reanalysis.analyse_sample(version, by=by, trigger=trigger)

    def _own(self, ids: list[UUID]) -> list[UUID]:
        if not ids:
            raise _at_fault("tracks", "Name the tracks that are to be heard.")
        own = set(tracks_of(self.person).filter(pk__in=ids).values_list("pk", flat=True))
        strange = [str(track) for track in ids if track not in own]
        if strange:
            raise _at_fault("tracks", f"There is no track {strange[0]} in your library.")
        return list(own)


class ReanalysisView(StaffView):
    def named(self, job_id: UUID) -> Reanalysis:
        return get_object_or_404(Reanalysis.objects.select_related("job", "model"), pk=job_id)


class ReanalysisDetail(ReanalysisView):
    @extend_schema(
        summary="How far a reanalysis is",
        responses=problems({200: ReanalysisSerializer}, "forbidden", "not-found"),
    )
    def get(self, request: Request, job_id: UUID) -> Response:
        return Response(ReanalysisSerializer(self.named(job_id)).data)


class ReanalysisCancel(ReanalysisView):
    @extend_schema(
        summary="Stop a reanalysis",
        description="What has been heard stays. Stopping twice is fine.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({200: ReanalysisSerializer}, *KEY_PROBLEMS, "not-found"),
    )
    @idempotent(nothing)
    def post(self, request: Request, job_id: UUID) -> Response:
        reanalysis.cancel_reanalysis(self.named(job_id))
        return Response(ReanalysisSerializer(self.named(job_id)).data)


def _at_fault(field: str, detail: str) -> Problem:
    return Problem(
        "invalid", detail, errors=[{"pointer": f"#/{field}", "code": "invalid", "detail": detail}]
    )
