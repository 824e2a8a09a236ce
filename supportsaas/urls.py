"""Every address of the product. Pages live below /t/<tenant>/, the JSON API has the fixed paths."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
