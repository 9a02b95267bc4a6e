"""Uploads in parts, by the tus protocol: for large files and connections that drop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.resumable_upload import ResumableUploadSerializer
from tagger.api.serializers.track import MetadataSerializer
from tagger.libraries.members import Role
from tagger.models import ApiToken, Job, ResumableUpload
from tagger.uploads import resumable
from tagger.uploads.ingest import IngestError, SenderMetadata, tagging_job
from tagger.uploads.resumable import UploadError

from . import tus
from .access import own_tracks
from .base import ApiView
from .documentation import changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent
from .problems import Problem
from .refusals import FILE_PROBLEMS, refused

LOCATION = OpenApiParameter(
    "Location", OpenApiTypes.URI, OpenApiParameter.HEADER, response=[201], description="The upload."
)
OFFSET = OpenApiParameter(
    "Upload-Offset", OpenApiTypes.INT, OpenApiParameter.HEADER, response=[204], required=True
)


class TusView(ApiView):
    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response["Tus-Resumable"] = tus.VERSION
        if response.status_code == 412:
            response["Tus-Version"] = tus.VERSION
        return super().finalize_response(request, response, *args, **kwargs)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204, headers=tus.abilities())


class UploadList(TusView):
    of_library = True
    throttle_scope = "upload"

    @extend_schema(
        summary="My unfinished uploads",
        description="Those begun and neither finished nor expired, newest first.",
        responses=problems({200: ResumableUploadSerializer(many=True)}),
    )
    def get(self, request: Request) -> Response:
        unfinished = resumable.unfinished(self.person)
        return Response(ResumableUploadSerializer(unfinished, many=True).data)

    @extend_schema(
        summary="Begin a resumable upload",
        description=(
            "tus 1.0: send the parts to `Location` with PATCH, ask for the offset with HEAD after "
            "a connection was lost. `Upload-Metadata` may hold filename, title, artist, album "
            "and path."
        ),
        request=None,
        parameters=[
            tus.TUS_RESUMABLE,
            tus.header("Upload-Length", "Size of the whole file in bytes.", number=True),
            tus.header("Upload-Metadata", "Names and base64 values.", required=False),
            IDEMPOTENCY_KEY,
            LOCATION,
        ],
        responses=changes(
            {201: ResumableUploadSerializer},
            *KEY_PROBLEMS,
            "upload-limit",
            "tus-version",
            "too-large",
            "quota-exceeded",
            "empty",
        ),
    )
    @idempotent(lambda request: [tus.metadata(request), request.headers.get("Upload-Length")])
    def post(self, request: Request) -> Response:
        tus.need_version(request)
        self.need(Role.EDITOR)
        length, metadata = tus.whole_number(request, "Upload-Length"), tus.metadata(request)
        with refusals(length):
            upload = resumable.begin(
                self.person,
                self.library,
                length,
                metadata.get("filename", ""),
                _given_metadata(metadata),
            )
        address = request.build_absolute_uri(reverse("api:upload", args=[upload.pk]))
        headers = {"Location": address} | tus.upload_headers(upload)
        return Response(ResumableUploadSerializer(upload).data, status=201, headers=headers)


class UploadDetail(TusView):
    throttle_scope = "chunk"

    @extend_schema(
        summary="Show a resumable upload",
        description="Once complete, `result` is what an upload in one piece is answered.",
        responses=problems({200: ResumableUploadSerializer}, "not-found"),
    )
    def get(self, request: Request, upload_id: UUID) -> Response:
        upload = self.named(upload_id)
        serializer = ResumableUploadSerializer(upload, context={"uploaded": self._uploaded(upload)})
        return Response(serializer.data)

    def head(self, request: Request, upload_id: UUID) -> Response:
        return Response(headers=tus.upload_headers(self.named(upload_id)))

    @extend_schema(
        summary="Send a part of an upload",
        description=(
            "204 with the new `Upload-Offset`. The last part is answered when the file has been "
            "looked into: refused as an upload in one piece is, or shown by GET as `result`."
        ),
        request={tus.MEDIA_TYPE: OpenApiTypes.BINARY},
        parameters=[
            tus.TUS_RESUMABLE,
            tus.header("Upload-Offset", "Where the part begins.", number=True),
            tus.header("Upload-Checksum", "sha1 or sha256, then base64.", required=False),
            OFFSET,
        ],
        responses=changes(
            {204: None},
            "invalid",
            "not-found",
            "upload-offset",
            "upload-locked",
            "checksum-mismatch",
            "tus-version",
            *FILE_PROBLEMS,
        ),
    )
    def patch(self, request: Request, upload_id: UUID) -> Response:
        upload = self.named(upload_id)
        tus.need_version(request)
        offset, checksum = tus.whole_number(request, "Upload-Offset"), tus.checksum(request)
        tus.need_part(request)
        with refusals(upload.length):
            resumable.append(
                upload, offset, tus.body(request), trigger=_trigger(request), checksum=checksum
            )
        return Response(status=204, headers=tus.upload_headers(upload))

    @extend_schema(
        summary="Give an upload up",
        parameters=[tus.TUS_RESUMABLE],
        responses=changes({204: None}, "not-found", "tus-version"),
    )
    def delete(self, request: Request, upload_id: UUID) -> Response:
        upload = self.named(upload_id)
        tus.need_version(request)
        resumable.terminate(upload)
        return Response(status=204)

    def named(self, upload_id: UUID) -> ResumableUpload:
        mine = ResumableUpload.objects.filter(owner=self.person)
        return get_object_or_404(self.person.within_limit(mine), pk=upload_id)

    def _uploaded(self, upload: ResumableUpload) -> dict[str, Any] | None:
        """What became of the file; nothing before it is complete, nor once its track is deleted."""
        if upload.track_id is None:
            return None
        track = own_tracks(self.person).filter(pk=upload.track_id).first()
        if track is None:
            return None
        return {"track": track, "job": tagging_job(track), "duplicate": upload.duplicate}


@contextmanager
def refusals(limit: int) -> Iterator[None]:
    try:
        yield
    except IngestError as error:
        raise refused(error) from error
    except UploadError as error:
        members: dict[str, Any] = {"limit": limit} if error.code == "too-large" else {}
        raise Problem(error.code, str(error), **members) from error
    except ResumableUpload.DoesNotExist:
        raise Http404 from None


def _trigger(request: Request) -> Job.Trigger:
    return Job.Trigger.API if isinstance(request.auth, ApiToken) else Job.Trigger.WEB


def _given_metadata(metadata: dict[str, str]) -> SenderMetadata:
    serializer = MetadataSerializer(data=metadata)
    if not serializer.is_valid():
        name, faults = next(iter(serializer.errors.items()))
        raise tus.bad_header("Upload-Metadata", f"{name}: {faults[0]}")
    return SenderMetadata(**serializer.validated_data)
