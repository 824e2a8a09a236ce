"""Every address of the product: pages below /t/<tenant>/, the JSON API at its fixed paths."""

from django.contrib import admin
from django.urls import include, path

from supportsaas.api import api
from supportsaas.api_page import show_api
from supportsaas.metrics import show_metrics
from supportsaas.system_page import show_system

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("tenants.urls")),
    path("", include("analytics.urls")),
    path("", include("tickets.urls")),
    path("api/docs", show_api, name="api-docs"),
    path("system/", show_system, name="system"),
    path("metrics", show_metrics, name="metrics"),
    path("", api.urls),
]
