from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.folder import (
    BranchSerializer,
    FileChangeSerializer,
    FolderSerializer,
    NewFolderSerializer,
    PlacePageSerializer,
    PlaceSerializer,
)
from tagger.api.serializers.job import JobSerializer
from tagger.folders import manage, tree, write_back
from tagger.libraries.members import membership_in, usual
from tagger.library.search import LibraryFilter, library
from tagger.models import Folder, Job, Library, Place

from .accepted import accepted
from .base import ApiView
from .documentation import BODY, LOCATION, RETRY_AFTER, changes, problems
from .filtering import invalid_parameters
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing, sent
from .pagination import NumberedPages, bad_parameter
from .problems import Problem


class FolderView(ApiView):
    def named(self, folder_id: UUID) -> Folder:
        return get_object_or_404(manage.kept_folders(self.person), pk=folder_id)


class FolderList(ApiView):
    @extend_schema(
        summary="Folders read where they lie",
        description="Of the libraries whose keeper you are.",
        responses=problems({200: FolderSerializer(many=True)}),
    )
    def get(self, request: Request) -> Response:
        return Response(FolderSerializer(manage.kept_folders(self.person), many=True).data)

    @extend_schema(
        summary="Add a folder",
        description=(
            "It must lie below a folder that the operator has allowed. Its files are not copied, "
            "moved or changed. The first scan begins at once."
        ),
        request=NewFolderSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes(
            {201: FolderSerializer}, *BODY, *KEY_PROBLEMS, "folder-refused", "not-found"
        ),
    )
    @idempotent(sent)
    def post(self, request: Request) -> Response:
        serializer = NewFolderSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        try:
            folder = manage.add_folder(
                self._library(asked.get("library")),
                asked["path"],
                by=self.person,
                every=asked["every"],
            )
        except manage.FolderError as error:
            raise Problem("folder-refused", error.detail) from error
        manage.request_scan(folder, by=self.person, trigger=Job.Trigger.API)
        return Response(FolderSerializer(folder).data, status=201)

    def _library(self, pk: int | None) -> Library:
        membership = membership_in(self.person, pk) if pk else usual(self.person)
        if membership is None or not membership.may_keep:
            raise Http404
        return membership.library


@extend_schema_view(
    get=extend_schema(
        summary="Show a folder", responses=problems({200: FolderSerializer}, "not-found")
    ),
    patch=extend_schema(
        summary="Change a folder's schedule, or what is written into its files",
        request=FolderSerializer(partial=True),
        responses=changes({200: FolderSerializer}, *BODY, "not-found"),
    ),
    delete=extend_schema(
        summary="Take a folder out of its library",
        description="Its files stay as they are; its tracks go to the Trash.",
        responses=changes({204: None}, "not-found"),
    ),
)
class FolderDetail(FolderView):
    def get(self, request: Request, folder_id: UUID) -> Response:
        return Response(FolderSerializer(self.named(folder_id)).data)

    def patch(self, request: Request, folder_id: UUID) -> Response:
        folder = self.named(folder_id)
        serializer = FolderSerializer(folder, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        if "every" in asked:
            manage.change_folder(folder, every=asked["every"])
        write_back.open_for_writing(
            folder,
            writable=asked.get("writable", folder.writable),
            fields=asked.get("fields", folder.fields),
            always=asked.get("write_always", folder.write_always),
            keep_times=asked.get("keep_times", folder.keep_times),
            playlists=asked.get("playlists", folder.playlists),
        )
        return Response(FolderSerializer(folder).data)

    def delete(self, request: Request, folder_id: UUID) -> Response:
        manage.remove_folder(self.named(folder_id), with_tracks=True)
        return Response(status=204)


class FolderTree(ApiView):
    of_library = True
    query_parameters = frozenset({"folder"})

    @extend_schema(
        summary="Folders of a library as a tree",
        description=(
            "One level: the library's folders, or those below `folder` that hold tracks. For all "
            "members; lists of tracks take the same names as `folder`."
        ),
        parameters=[OpenApiParameter("folder", OpenApiTypes.STR, description="Of an answer.")],
        responses=problems({200: BranchSerializer(many=True)}, "invalid", "not-found"),
    )
    def get(self, request: Request) -> Response:
        within = request.query_params.get("folder", "")
        narrowed = LibraryFilter({"folder": within}, queryset=library(self.library))
        if not narrowed.is_valid():
            raise invalid_parameters(narrowed)
        found = tree.branches(self.library, narrowed.qs, within)
        return Response(BranchSerializer(found, many=True).data)


class FolderScan(FolderView):
    @extend_schema(
        summary="Scan a folder",
        description="202 with a job to poll; a scan that waits already is answered as it is.",
        request=None,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes({202: JobSerializer}, *KEY_PROBLEMS, "not-found"),
    )
    @idempotent(nothing)
    def post(self, request: Request, folder_id: UUID) -> Response:
        folder = self.named(folder_id)
        job = manage.request_scan(folder, by=self.person, trigger=Job.Trigger.API)
        return accepted(request, job, JobSerializer(job).data)


class FolderWriting(FolderView):
    @extend_schema(
        summary="What would be written into files",
        description=f"The first {write_back.PREVIEWED} files that would change, at most.",
        responses=problems({200: FileChangeSerializer(many=True)}, "not-found"),
    )
    def get(self, request: Request, folder_id: UUID) -> Response:
        folder = self.named(folder_id)
        changes = write_back.preview(folder) if folder.fields else []
        return Response(FileChangeSerializer(changes, many=True).data)

    @extend_schema(
        summary="Write tags into the files",
        description=(
            "202 with a job to poll. Everything else that a file says, and its sound, stays to the "
            "byte; the folder must be `writable`."
        ),
        request=None,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes({202: JobSerializer}, *KEY_PROBLEMS, "not-found", "not-writable"),
    )
    @idempotent(nothing)
    def post(self, request: Request, folder_id: UUID) -> Response:
        return _writing(self, request, folder_id, write_back.request_writing)


class FolderWritingUndo(FolderView):
    @extend_schema(
        summary="Take back what was written into files",
        description="202 with a job to poll. What says something else by now is left alone.",
        request=None,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes({202: JobSerializer}, *KEY_PROBLEMS, "not-found", "not-writable"),
    )
    @idempotent(nothing)
    def post(self, request: Request, folder_id: UUID) -> Response:
        return _writing(self, request, folder_id, write_back.request_undo)


def _writing(
    view: FolderView, request: Request, folder_id: UUID, ask: Callable[..., Job]
) -> Response:
    try:
        job = ask(view.named(folder_id), by=view.person, trigger=Job.Trigger.API)
    except write_back.WriteRefused as refusal:
        raise Problem("not-writable", str(refusal)) from refusal
    return accepted(request, job, JobSerializer(job).data)


class FolderFiles(FolderView):
    query_parameters = frozenset({"state", "page"})

    @extend_schema(
        summary="Files of a folder",
        parameters=[
            OpenApiParameter("state", OpenApiTypes.STR, enum=list(Place.State.values)),
            OpenApiParameter("page", OpenApiTypes.INT, description="From 1 on."),
        ],
        responses=problems({200: PlacePageSerializer}, "invalid", "not-found"),
    )
    def get(self, request: Request, folder_id: UUID) -> Response:
        folder = self.named(folder_id)
        state = request.query_params.get("state", "")
        if state and state not in Place.State.values:
            raise bad_parameter("state", "The states are new, present, missing and refused.")
        places = folder.places.order_by("path", "pk")
        pages = NumberedPages()
        page = pages.paginate_queryset(
            places.filter(state=state) if state else places, request, view=self
        )
        return pages.get_paginated_response(PlaceSerializer(page, many=True).data)
