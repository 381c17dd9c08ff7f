from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from signflow.api import api
from signflow.health import healthz, readyz
from signflow.metrics import metrics
from signflow.pages import to_admin, to_docs, to_icon, to_start

handler404 = "signflow.pages.not_found"

# Typed without their slash; what programs call is not forgiven one.
Patterns = list[URLPattern | URLResolver]
docs: Patterns = [] if settings.API_DOCS == "off" else [path("api/docs", to_docs)]
console: Patterns = (
    [path("admin", to_admin), path("admin/", admin.site.urls)] if settings.ADMIN_ENABLED else []
)
urlpatterns: Patterns = [
    path("", to_start),
    *docs,
    *console,
    path("favicon.ico", to_icon),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("", include("signing.api.links")),
    path("", api.urls),
]
