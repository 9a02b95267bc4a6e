from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.prediction import PredictionsSerializer
from tagger.models import Analysis
from tagger.tags.analyses import latest_analysis
from tagger.tags.segment_scores import segment_scores

from .access import own_track
from .base import ApiView
from .documentation import problems
from .problems import Problem

DIGITS = 4


class _Query(serializers.Serializer[Any]):
    segments = serializers.BooleanField(default=False)
    min_score = serializers.FloatField(default=0.0, min_value=0.0, max_value=1.0)


class TrackPredictions(ApiView):
    query_parameters = frozenset({"segments", "min_score"})

    @extend_schema(
        summary="What a model heard",
        description=(
            "`model` names the version that heard. It is the active one, unless that has not heard "
            "the track yet (`stale`): then it is the one that was in use before."
        ),
        parameters=[
            OpenApiParameter(
                "segments", OpenApiTypes.BOOL, description="Scores over time as well."
            ),
            OpenApiParameter(
                "min_score",
                {"type": "number", "minimum": 0, "maximum": 1},
                description="Leave out labels whose mean score is lower.",
            ),
        ],
        responses=problems({200: PredictionsSerializer}, "invalid", "not-found", "not-analysed"),
    )
    def get(self, request: Request, track_id: UUID) -> Response:
        query = self._query(request)
        track = own_track(self.person, track_id)
        analysis = latest_analysis(track, over_time=query["segments"])
        if analysis is None:
            raise Problem("not-analysed", "No model has heard this track yet.")
        order = _indices_above(analysis, query["min_score"])
        body = _predictions(analysis, order)
        if query["segments"]:
            body["segments"] = _segments(analysis, order)
        return Response(body)

    def _query(self, request: Request) -> dict[str, Any]:
        serializer = _Query(data=request.query_params)
        if serializer.is_valid():
            return serializer.validated_data
        errors = [
            {"parameter": name, "code": fault.code, "detail": str(fault)}
            for name, faults in serializer.errors.items()
            for fault in faults
        ]
        raise Problem("invalid", " ".join(error["detail"] for error in errors), errors=errors)


def _indices_above(analysis: Analysis, minimum: float) -> list[int]:
    """Places of the labels to show, best mean score first."""
    scores = analysis.mean_scores
    indices = [place for place, score in enumerate(scores) if score >= minimum]
    return sorted(indices, key=lambda place: -scores[place])


def _predictions(analysis: Analysis, order: list[int]) -> dict[str, Any]:
    model = analysis.model
    return {
        "model": model.name,
        "stale": not model.is_active,
        "heard_at": analysis.created_at,
        "segment_seconds": analysis.segment_seconds,
        "hop_seconds": analysis.hop_seconds,
        "scores": [
            {
                "tag": model.labels[place],
                "score": round(analysis.mean_scores[place], DIGITS),
                "threshold": model.thresholds[place],
            }
            for place in order
        ],
    }


def _segments(analysis: Analysis, order: list[int]) -> list[dict[str, Any]]:
    over_time = segment_scores(analysis)
    # As float64, since a float32 prints digits that were never there.
    scores = np.round(over_time.scores[:, order].astype(np.float64), DIGITS).tolist()
    starts = np.arange(len(scores)) * over_time.hop_seconds
    return [
        {
            "start": round(float(start), DIGITS),
            "end": round(float(start) + over_time.segment_seconds, DIGITS),
            "silent": place in over_time.silent,
            "scores": row,
        }
        for place, (start, row) in enumerate(zip(starts, scores, strict=True))
    ]
