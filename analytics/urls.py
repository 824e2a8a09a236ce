"""URLs of the overview, the dashboard, its exports, topics and the digest."""

from django.urls import path

from analytics.views import topics
from analytics.views.dashboard import show_dashboard
from analytics.views.digests import preview_digest, send_digest_now, show_digests, unsubscribe_by_link
from analytics.views.exports import export_chart
from analytics.views.overview import show_overview
from analytics.views.response_times import export_response_times, show_counting, show_response_times
from analytics.views.schedules import change_schedule, make_schedule, show_schedules, unsubscribe_from_schedule
from analytics.views.shared_links import make_link, revoke_link, show_links, show_shared, switch_links
from analytics.views.sharing import show_share
from analytics.views.urgent import show_urgent
from analytics.views.work import export_work, show_work

urlpatterns = [
    path("", show_overview, name="overview"),
    path("urgent/", show_urgent, name="urgent"),
    path("account/digests/", show_digests, name="digests"),
    path("account/digests/preview/", preview_digest, name="digest-preview"),
    path("account/digests/send/", send_digest_now, name="digest-now"),
    path("digest/end/<str:token>/", unsubscribe_by_link, name="digest-unsubscribe"),
    path("t/<str:slug>/", show_dashboard, name="dashboard"),
    path("t/<str:slug>/response-times/", show_response_times, name="response-times"),
    path("t/<str:slug>/response-times/<str:format_name>/", export_response_times, name="response-times-export"),
    path("t/<str:slug>/counting/", show_counting, name="counting"),
    path("t/<str:slug>/work/", show_work, name="work"),
    path("t/<str:slug>/work/<str:format_name>/", export_work, name="work-export"),
    path("t/<str:slug>/topics/", topics.show_topics, name="topics"),
    path("t/<str:slug>/topics/search/", topics.show_tagging, name="topics-tagging"),
    path("t/<str:slug>/topics/<str:topic_id>/rename/", topics.rename, name="topic-rename"),
    path("t/<str:slug>/topics/<str:topic_id>/hide/", topics.hide, name="topic-hide"),
    path("t/<str:slug>/topics/<str:topic_id>/merge/", topics.merge, name="topic-merge"),
    path("t/<str:slug>/topics/<str:topic_id>/separate/", topics.separate, name="topic-separate"),
    path("t/<str:slug>/share/<str:page>/", show_share, name="share"),
    path("shared/<str:token>/", show_shared, name="shared-link"),
    path("t/<str:slug>/settings/links/", show_links, name="settings-links"),
    path("t/<str:slug>/settings/links/make/", make_link, name="settings-link-make"),
    path("t/<str:slug>/settings/links/switch/", switch_links, name="settings-links-switch"),
    path("t/<str:slug>/settings/links/<str:link_id>/revoke/", revoke_link, name="settings-link-revoke"),
    path("schedule/end/<str:token>/", unsubscribe_from_schedule, name="schedule-unsubscribe"),
    path("t/<str:slug>/settings/schedules/", show_schedules, name="settings-schedules"),
    path("t/<str:slug>/settings/schedules/new/", make_schedule, name="settings-schedule-make"),
    path(
        "t/<str:slug>/settings/schedules/<str:schedule_id>/<str:action>/",
        change_schedule,
        name="settings-schedule-change",
    ),
    path("t/<str:slug>/charts/<str:name>/<str:format_name>/", export_chart, name="chart-export"),
]
