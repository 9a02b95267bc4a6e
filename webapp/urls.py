from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("tagger.api.urls")),
    path("", include("tagger.operations.monitoring.urls")),
    path("", include("tagger.web.urls")),
]

handler400 = "webapp.errors.bad_request"
handler500 = "webapp.errors.server_error"
