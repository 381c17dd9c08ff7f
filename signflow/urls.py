from django.contrib import admin
from django.urls import include, path

from signflow.api import api
from signflow.health import healthz, readyz
from signflow.metrics import metrics
from signflow.pages import to_admin, to_docs, to_icon

handler404 = "signflow.pages.not_found"

urlpatterns = [
    path("", to_docs),
    path("api/docs", to_docs),  # typed without its slash; what programs call is not forgiven one
    path("admin", to_admin),
    path("favicon.ico", to_icon),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("admin/", admin.site.urls),
    path("", include("signing.api.links")),
    path("", api.urls),
]
