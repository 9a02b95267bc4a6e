"""Models in and out of this installation, and put away."""

from __future__ import annotations

import tempfile

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tagger.models import ModelVersion
from tagger.registry import retention
from tagger.registry.archive import ImportRefusedError, export_model, import_upload
from tagger.web.access import PageRequest, staff_only
from tagger.web.forms import ModelPackageForm


@require_safe
@staff_only
def export(request: PageRequest, pk: int) -> HttpResponseBase:
    version = get_object_or_404(ModelVersion, pk=pk)
    package = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115  the response closes it
    try:
        export_model(version, package)
    except FileNotFoundError:
        package.close()
        messages.error(request, _("The files of this model are missing. Restore them first."))
        return redirect("web:model", pk=pk)
    package.seek(0)
    name = f"{slugify(version.name)}.zip"
    return FileResponse(package, as_attachment=True, filename=name)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def bring_in(request: PageRequest) -> HttpResponse:
    form = ModelPackageForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            version = import_upload(form.cleaned_data["package"], by=request.user)
        except ImportRefusedError as error:
            form.add_error("package", str(error))
        else:
            messages.success(request, _("Brought in as a candidate: %s") % version)
            return redirect("web:model", pk=version.pk)
    status = 422 if form.errors else 200
    return render(request, "tagger/models/import.html", {"form": form}, status=status)


@require_POST
@staff_only
def retire(request: PageRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, pk=pk)
    try:
        retention.retire_model(version)
    except retention.ModelInUseError as error:
        messages.error(request, str(error))
    return redirect("web:model", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def delete(request: PageRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, pk=pk)
    if request.method != "POST":
        context = {"version": version, "obstacle": retention.why_not_deleted(version)}
        return render(request, "tagger/models/delete.html", context)
    try:
        retention.delete_model(version)
    except retention.ModelInUseError as error:
        messages.error(request, str(error))
        return redirect("web:model", pk=pk)
    messages.success(request, _("Deleted: %s") % version.name)
    return redirect("web:models")
