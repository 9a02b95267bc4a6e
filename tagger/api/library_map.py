"""The library in two dimensions: near is alike."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.job import JobSerializer
from tagger.api.serializers.library_map import MapSerializer
from tagger.libraries.members import Role
from tagger.library.map import current_map, map_points, request_map
from tagger.library.search import LibraryFilter, library
from tagger.models import Job, Tag, Track

from .accepted import accepted
from .base import ApiView
from .documentation import LOCATION, RETRY_AFTER, changes, problems
from .filtering import ParameterFilter
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing
from .pagination import bad_parameter
from .problems import Problem


class MapFilter(LibraryFilter):
    """Everything that narrows the library; the map has its own order."""

    ordering = None


class Map(ApiView, GenericAPIView[Any]):
    of_library = True
    serializer_class = MapSerializer
    queryset = Track.objects.none()
    filterset_class = MapFilter
    filter_backends = (ParameterFilter,)
    pagination_class = None
    query_parameters = frozenset({"group", *MapFilter.base_filters})

    @extend_schema(
        operation_id="map_retrieve",
        summary="Where my tracks lie on the map",
        description=(
            "Up to 20,000, narrowed as the library is. Near is alike, by the active model. Each "
            "has the strongest of its tags of one `group`."
        ),
        filters=True,
        parameters=[OpenApiParameter("group", enum=Tag.Group.values, default=Tag.Group.GENRE)],
        responses=problems({200: MapSerializer}, "invalid", "no-map"),
    )
    def get(self, request: Request) -> Response:
        group = request.query_params.get("group", Tag.Group.GENRE)
        if group not in Tag.Group:
            raise bad_parameter("group", f"group must be one of {', '.join(Tag.Group.values)}.")
        among, drawn = self.filter_queryset(library(self.library)), current_map(self.library)
        if drawn is None:
            raise Problem("no-map", "Nobody has asked for it yet: send a POST to have it drawn.")
        points = map_points(drawn, among, group)
        return Response(MapSerializer({"drawn": drawn, "found": points}).data)

    @extend_schema(
        operation_id="map_create",
        summary="Have the map drawn anew",
        description="202 with a job to poll; one that is open already is answered as it is.",
        request=None,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes({202: JobSerializer}, *KEY_PROBLEMS),
    )
    @idempotent(nothing)
    def post(self, request: Request) -> Response:
        self.need(Role.EDITOR)
        job = request_map(self.library, by=self.person, trigger=Job.Trigger.API)
        return accepted(request, job, JobSerializer(job).data)
