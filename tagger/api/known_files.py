"""Which files are here already, asked before their bytes travel."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.known_files import FileCheckSerializer, FilesCheckedSerializer
from tagger.library.search import tracks_by_file

from .base import ApiView
from .documentation import BODY, changes


class FileCheck(ApiView):
    """A question, though its list is too long for an address: a reading token may ask it."""

    of_library = True
    permission_classes = (IsAuthenticated,)
    throttle_scope = "read"

    @extend_schema(
        summary="Check which files are known",
        description=(
            "By the SHA-256 of the whole file, in your own library. An unknown file may still "
            "hold audio that is known; its upload is then answered with the track that exists."
        ),
        request=FileCheckSerializer,
        responses=changes({200: FilesCheckedSerializer}, *BODY),
    )
    def post(self, request: Request) -> Response:
        serializer = FileCheckSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = list(dict.fromkeys(serializer.validated_data["file_sha256"]))
        tracks = tracks_by_file(self.library, asked)
        known = [{"file_sha256": sha, "track": tracks[sha]} for sha in asked if sha in tracks]
        unknown = [sha for sha in asked if sha not in tracks]
        return Response(FilesCheckedSerializer({"known": known, "unknown": unknown}).data)
