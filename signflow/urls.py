from django.contrib import admin
from django.urls import include, path

from signflow.api import api
from signflow.health import healthz, readyz
from signflow.metrics import metrics
from signflow.pages import to_docs

handler404 = "signflow.pages.not_found"

urlpatterns = [
    path("", to_docs),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("admin/", admin.site.urls),
    path("", include("signing.api.links")),
    path("", api.urls),
]
