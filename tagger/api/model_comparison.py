"""A model beside the active one."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.job import JobSerializer
from tagger.api.serializers.models import ComparisonSerializer, EvaluationWishSerializer
from tagger.models import Job, ModelVersion
from tagger.registry.compare_library import library_comparison
from tagger.registry.compare_metrics import compared
from tagger.registry.evaluation import EvaluationRefused, ask_for_evaluation
from tagger.registry.summary import summarise
from tagger.tags.effective import active_model

from .accepted import accepted
from .documentation import BODY, LOCATION, RETRY_AFTER, changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, sent
from .problems import Problem
from .staff import StaffView


class ModelComparison(StaffView):
    @extend_schema(
        summary="A model beside the active one",
        description=(
            "On the test split by what is known of both, and on the tracks both have heard: "
            "`POST /reanalyses/` with the selection `sample` has it hear some. For staff."
        ),
        responses=problems(
            {200: ComparisonSerializer}, "forbidden", "not-found", "nothing-to-compare"
        ),
    )
    def get(self, request: Request, name: str) -> Response:
        version, active = get_object_or_404(ModelVersion, name=name), active_model()
        if active is None or active == version:
            raise Problem("nothing-to-compare", "Name a model that is not the active one.")
        split = compared(version, active)
        library = library_comparison(version, active, self.person)
        summary = summarise(split, library)
        body = {
            "candidate": version.name,
            "active": active.name,
            "outcome": summary.outcome.value,
            "sentence": summary.sentence,
            "split": None if isinstance(split, str) else split,
            "library": library,
        }
        return Response(ComparisonSerializer(body).data)


class ModelEvaluation(StaffView):
    @extend_schema(
        summary="Judge a model beside the active one",
        description=(
            "On the test split of a data set the server knows, clip by clip. Follow the job; then "
            "the comparison has the result. One that is under way is answered as it is. For staff."
        ),
        request=EvaluationWishSerializer,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes(
            {202: JobSerializer}, *BODY, *KEY_PROBLEMS, "not-found", "evaluation-refused"
        ),
    )
    @idempotent(sent)
    def post(self, request: Request, name: str) -> Response:
        version = get_object_or_404(ModelVersion, name=name)
        wish = EvaluationWishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        folder = wish.validated_data["folder"]
        try:
            job = ask_for_evaluation(version, folder, by=self.person, trigger=Job.Trigger.API)
        except EvaluationRefused as refusal:
            raise Problem("evaluation-refused", str(refusal)) from refusal
        return accepted(request, job, JobSerializer(job).data)
