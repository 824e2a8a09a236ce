"""URLs of the overview, the dashboard, its exports and the digest."""

from django.urls import path

from analytics.views.dashboard import show_dashboard
from analytics.views.digests import show_digests, unsubscribe_by_link
from analytics.views.exports import export_chart
from analytics.views.overview import show_overview

urlpatterns = [
    path("", show_overview, name="overview"),
    path("account/digests/", show_digests, name="digests"),
    path("digest/end/<str:token>/", unsubscribe_by_link, name="digest-unsubscribe"),
    path("t/<str:slug>/", show_dashboard, name="dashboard"),
    path("t/<str:slug>/charts/<str:name>/<str:format_name>/", export_chart, name="chart-export"),
]
