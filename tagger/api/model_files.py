"""Models as files."""

from __future__ import annotations

import tempfile

from django.conf import settings
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.examples import form_example
from tagger.api.serializers.model_version import ModelCardSerializer
from tagger.models import ModelVersion
from tagger.registry.archive import ImportRefusedError, export_model, import_upload

from .documentation import changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, form, idempotent
from .problems import Problem
from .staff import StaffView


@extend_schema_serializer(examples=form_example("package", {"package": "verdicts of March.zip"}))
class PackageSerializer(serializers.Serializer[object]):
    package = serializers.FileField(help_text="A .zip that another installation has exported.")


class ModelImport(StaffView):
    @extend_schema(
        summary="Bring in a model",
        description=(
            "It becomes a candidate; the same weights again are answered with the version that "
            "exists. For staff."
        ),
        request={"multipart/form-data": PackageSerializer},
        parameters=[IDEMPOTENCY_KEY],
        responses=changes(
            {201: ModelCardSerializer},
            *KEY_PROBLEMS,
            "malformed",
            "unsupported-media-type",
            "package-refused",
        ),
    )
    @idempotent(form)
    def post(self, request: Request) -> Response:
        wish = PackageSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        try:
            version = import_upload(wish.validated_data["package"], by=self.person)
        except ImportRefusedError as error:
            raise Problem("package-refused", str(error)) from error
        return Response(ModelCardSerializer(version).data, status=201)

    def get_parsers(self) -> list[BaseParser]:
        return [MultiPartParser()]


class ModelExport(StaffView):
    @extend_schema(
        summary="A model as one file",
        description="A .zip of its weights (safetensors) and its card. For staff.",
        responses=problems(
            {(200, "application/zip"): OpenApiTypes.BINARY},
            "forbidden",
            "not-found",
            "file-missing",
        ),
    )
    def get(self, request: Request, name: str) -> FileResponse:
        version = get_object_or_404(ModelVersion, name=name)
        package = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115  the response closes it
        try:
            export_model(version, package)
        except FileNotFoundError:
            package.close()
            raise Problem("file-missing", "The files of this model are missing.") from None
        package.seek(0)
        return FileResponse(package, as_attachment=True, filename=f"{slugify(version.name)}.zip")
