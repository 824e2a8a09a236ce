"""The pages of one tenant's tickets, customers, ingestion and alerts, below /t/<tenant>/.

Ids of tickets and customers are whatever the helpdesk uses, so they may hold slashes.
"""

from django.urls import path

from tickets.views import (
    alerts,
    channel_addresses,
    channels,
    customer_erasure,
    customers,
    exports,
    ingestion,
    quarantine,
    rules,
    saved_views,
    source_settings,
    tickets,
)

urlpatterns = [
    path("t/<str:slug>/tickets/", tickets.show_ticket_list, name="ticket-list"),
    path("t/<str:slug>/tickets/<path:external_id>/", tickets.show_ticket, name="ticket"),
    path("t/<str:slug>/export/tickets/", exports.export_tickets, name="export-tickets"),
    path("t/<str:slug>/customers/", customers.show_customer_list, name="customer-list"),
    path("t/<str:slug>/customers/<path:customer_id>/", customers.show_customer, name="customer"),
    path("t/<str:slug>/erase-customer/", customer_erasure.show_erasure, name="erase-customer"),
    path("t/<str:slug>/ingestion/", ingestion.show_ingestion, name="ingestion"),
    path("t/<str:slug>/ingestion/status/", ingestion.show_status, name="ingestion-status"),
    path("t/<str:slug>/ingestion/run/", ingestion.run_ingestion, name="ingestion-run"),
    path("t/<str:slug>/ingestion/cancel/", ingestion.cancel_ingestion, name="ingestion-cancel"),
    path("t/<str:slug>/quarantine/", quarantine.show_quarantine, name="quarantine"),
    path("t/<str:slug>/quarantine/retry/", quarantine.retry_refused, name="quarantine-retry"),
    path("t/<str:slug>/quarantine/drop/", quarantine.drop_refused, name="quarantine-drop"),
    path("t/<str:slug>/rules/", rules.show_rules, name="rules"),
    path("t/<str:slug>/rules/judging/", rules.show_judging, name="rules-judging"),
    path("t/<str:slug>/rules/add/", rules.add_rule, name="rule-add"),
    path("t/<str:slug>/rules/<str:rule_id>/", rules.change_rule, name="rule"),
    path("t/<str:slug>/rules/<str:rule_id>/move/", rules.move_rule, name="rule-move"),
    path("t/<str:slug>/rules/<str:rule_id>/switch/", rules.switch_rule, name="rule-switch"),
    path("t/<str:slug>/rules/<str:rule_id>/delete/", rules.delete_rule, name="rule-delete"),
    path("t/<str:slug>/views/", saved_views.show_views, name="saved-views"),
    path("t/<str:slug>/views/add/", saved_views.add_view, name="saved-view-add"),
    path("t/<str:slug>/views/<str:view_id>/", saved_views.open_view, name="saved-view"),
    path("t/<str:slug>/views/<str:view_id>/rename/", saved_views.rename_view, name="saved-view-rename"),
    path("t/<str:slug>/views/<str:view_id>/move/", saved_views.move_view, name="saved-view-move"),
    path("t/<str:slug>/views/<str:view_id>/delete/", saved_views.delete_view, name="saved-view-delete"),
    path("t/<str:slug>/settings/source/", source_settings.show_source, name="settings-source"),
    path("t/<str:slug>/settings/source/check/", source_settings.check_source, name="settings-source-check"),
    path("t/<str:slug>/settings/source/remove/", source_settings.remove_source, name="settings-source-remove"),
    path("t/<str:slug>/alerts/", alerts.show_alerts, name="alerts"),
    path("t/<str:slug>/alerts/again/", alerts.send_again, name="alerts-again"),
    path("t/<str:slug>/alerts/drop/", alerts.drop_deliveries, name="alerts-drop"),
    path("t/<str:slug>/alerts/reset/", alerts.reset_breaker, name="alerts-reset"),
    path("t/<str:slug>/settings/channels/", channels.show_channels, name="settings-channels"),
    path("t/<str:slug>/settings/channels/add/", channels.add_channel, name="settings-channel-add"),
    path("t/<str:slug>/settings/channels/<str:channel_id>/", channels.change_channel, name="settings-channel"),
    path(
        "t/<str:slug>/settings/channels/<str:channel_id>/switch/",
        channels.switch_channel,
        name="settings-channel-switch",
    ),
    path(
        "t/<str:slug>/settings/channels/<str:channel_id>/delete/",
        channels.delete_channel,
        name="settings-channel-delete",
    ),
    path(
        "t/<str:slug>/settings/channels/<str:channel_id>/ask/",
        channel_addresses.ask_again,
        name="settings-channel-ask",
    ),
    path("alerts/confirm/<str:token>/", channel_addresses.confirm_address, name="confirm-address"),
    path("t/<str:slug>/settings/channels/<str:channel_id>/test/", channels.test_channel, name="settings-channel-test"),
]
