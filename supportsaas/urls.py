"""All URLs: the pages of a tenant below /t/<tenant>/, and the JSON API at its fixed paths."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.http import require_GET
from django.views.generic import TemplateView

from supportsaas.api import api
from supportsaas.ops.metrics import show_metrics
from tenants.views.system import show_system

admin.autodiscover()

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("tenants.urls")),
    path("", include("analytics.urls")),
    path("", include("tickets.urls")),
    path("api/docs", require_GET(TemplateView.as_view(template_name="api/reference.html")), name="api-docs"),
    path("help/", require_GET(TemplateView.as_view(template_name="help.html")), name="help"),
    path("system/", show_system, name="system"),
    path("metrics", show_metrics, name="metrics"),
    path("", api.urls),
]
