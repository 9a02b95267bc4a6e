"""Saved views: queries of the library under names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.saved_view import SavedViewSerializer
from tagger.library import saved_views
from tagger.models import SavedView

from .base import ApiView
from .documentation import BODY, changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, sent
from .problems import Problem


@contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except SavedView.DoesNotExist:
        raise Http404 from None
    except saved_views.SavedViewError as error:
        if not error.field:
            raise Problem("view-refused", str(error)) from error
        fault = {"pointer": f"#/{error.field}", "code": "invalid", "detail": str(error)}
        raise Problem("invalid", str(error), errors=[fault]) from error


class ViewList(ApiView):
    of_library = True

    @extend_schema(
        summary="My saved views",
        description=f"By name; there are at most {saved_views.MOST}.",
        responses=problems({200: SavedViewSerializer(many=True)}),
    )
    def get(self, request: Request) -> Response:
        return Response(
            SavedViewSerializer(saved_views.views_in(self.library, self.person), many=True).data
        )

    @extend_schema(
        summary="Save a view",
        request=SavedViewSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({201: SavedViewSerializer}, *BODY, *KEY_PROBLEMS, "view-refused"),
    )
    @idempotent(sent)
    def post(self, request: Request) -> Response:
        serializer = SavedViewSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with refusals():
            view = saved_views.make_view(self.person, self.library, **serializer.validated_data)
        return Response(SavedViewSerializer(view).data, status=201)


@extend_schema_view(
    get=extend_schema(
        summary="Show a saved view", responses=problems({200: SavedViewSerializer}, "not-found")
    ),
    patch=extend_schema(
        summary="Change a saved view's name or query",
        request=SavedViewSerializer(partial=True),
        responses=changes({200: SavedViewSerializer}, *BODY, "not-found", "view-refused"),
    ),
    delete=extend_schema(
        summary="Delete a saved view", responses=changes({204: None}, "not-found")
    ),
)
class ViewDetail(ApiView):
    def get(self, request: Request, view_id: UUID) -> Response:
        return Response(SavedViewSerializer(self._named(view_id)).data)

    def patch(self, request: Request, view_id: UUID) -> Response:
        view = self._named(view_id)
        serializer = SavedViewSerializer(view, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        with refusals():
            changed = saved_views.change_view(view, **serializer.validated_data)
        return Response(SavedViewSerializer(changed).data)

    def delete(self, request: Request, view_id: UUID) -> Response:
        saved_views.delete_view(self._named(view_id))
        return Response(status=204)

    def _named(self, view_id: UUID) -> SavedView:
        return get_object_or_404(saved_views.views_of(self.person), pk=view_id)
