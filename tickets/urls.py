"""The pages of one tenant's tickets, customers, ingestion and alerts, below /t/<tenant>/.

Ids of tickets and customers are whatever the helpdesk uses, so they may hold slashes.
"""

from django.urls import path

from tickets.views import setup_checklist
from tickets.views.alerts import alert_pages, channel_addresses, channels, number_alert_form, number_alerts
from tickets.views.customers import customer_erasure, customer_pages
from tickets.views.helpdesks import add_connection, connections, file_import, hooks, source_settings
from tickets.views.incidents import incident_pages
from tickets.views.ingestion import as_of, ingestion_pages, quarantine_pages
from tickets.views.notes import moment_notes
from tickets.views.rules import accuracy, disagreements, learning, rule_pages, statuses
from tickets.views.search import search_pages
from tickets.views.service_levels import business_hours, due_page, target_pages
from tickets.views.tickets import corrections, exports, field_filters, peek, saved_views, ticket_list, ticket_pages

urlpatterns = [
    path("search/", search_pages.show_search, name="search"),
    path("search/palette/", search_pages.find_for_palette, name="palette"),
    path("hooks/<str:connection>/<str:token>", hooks.receive, name="hook"),
    path("t/<str:slug>/settings/hooks/", hooks.show_hooks, name="settings-hooks"),
    path("t/<str:slug>/settings/hooks/<str:source_id>/on/", hooks.turn_on, name="settings-hook-on"),
    path("t/<str:slug>/settings/hooks/<str:source_id>/off/", hooks.turn_off, name="settings-hook-off"),
    path("t/<str:slug>/settings/hooks/<str:source_id>/secret/", hooks.change_secret, name="settings-hook-secret"),
    path("t/<str:slug>/tickets/", ticket_list.show_ticket_list, name="ticket-list"),
    path("t/<str:slug>/correct/", corrections.correct, name="correct"),
    path("t/<str:slug>/correct/undo/", corrections.undo, name="correct-undo"),
    path("t/<str:slug>/tickets/<path:external_id>/", ticket_pages.show_ticket, name="ticket"),
    path("t/<str:slug>/peek/<path:external_id>/", peek.show_peek, name="peek"),
    path("t/<str:slug>/export/selected/", exports.export_selected, name="export-selected"),
    path("t/<str:slug>/export/tickets/", exports.export_tickets, name="export-tickets"),
    path("t/<str:slug>/field-filters/", field_filters.show_filters, name="field-filters"),
    path("t/<str:slug>/field-values/", field_filters.show_values, name="field-values"),
    path("t/<str:slug>/customers/", customer_pages.show_customer_list, name="customer-list"),
    path("t/<str:slug>/customers/<path:customer_id>/", customer_pages.show_customer, name="customer"),
    path("t/<str:slug>/erase-customer/", customer_erasure.show_erasure, name="erase-customer"),
    path("t/<str:slug>/incidents/", incident_pages.show_incidents, name="incidents"),
    path("t/<str:slug>/incidents/<int:number>/", incident_pages.show_incident, name="incident"),
    path("t/<str:slug>/incidents/<int:number>/dismiss/", incident_pages.dismiss, name="incident-dismiss"),
    path("t/<str:slug>/moments/", moment_notes.show_moments, name="moments"),
    path("t/<str:slug>/moments/add/", moment_notes.add_moment, name="moment-add"),
    path("t/<str:slug>/moments/<str:note_id>/delete/", moment_notes.delete_moment, name="moment-delete"),
    path("t/<str:slug>/moments/<str:note_id>/restore/", moment_notes.restore_moment, name="moment-restore"),
    path("t/<str:slug>/ingestion/", ingestion_pages.show_ingestion, name="ingestion"),
    path("t/<str:slug>/ingestion/status/", ingestion_pages.show_status, name="ingestion-status"),
    path("t/<str:slug>/ingestion/run/", ingestion_pages.run_ingestion, name="ingestion-run"),
    path("t/<str:slug>/ingestion/cancel/", ingestion_pages.cancel_ingestion, name="ingestion-cancel"),
    path("t/<str:slug>/quarantine/", quarantine_pages.show_quarantine, name="quarantine"),
    path("t/<str:slug>/quarantine/retry/", quarantine_pages.retry_rejected, name="quarantine-retry"),
    path("t/<str:slug>/quarantine/drop/", quarantine_pages.drop_rejected, name="quarantine-drop"),
    path("t/<str:slug>/accuracy/", accuracy.show_accuracy, name="accuracy"),
    path("t/<str:slug>/accuracy/skip/", accuracy.skip_sampled, name="accuracy-skip"),
    path("t/<str:slug>/learning/", learning.show_learning, name="learning"),
    path("t/<str:slug>/learning/change/", learning.change_learning, name="learning-change"),
    path("t/<str:slug>/disagreements/", disagreements.show_disagreements, name="disagreements"),
    path("t/<str:slug>/rules/", rule_pages.show_rules, name="rules"),
    path("t/<str:slug>/rules/judging/", rule_pages.show_reclassification, name="rules-reclassification"),
    path("t/<str:slug>/rules/add/", rule_pages.add_rule, name="rule-add"),
    path("t/<str:slug>/rules/<str:rule_id>/", rule_pages.change_rule, name="rule"),
    path("t/<str:slug>/rules/<str:rule_id>/move/", rule_pages.move_rule, name="rule-move"),
    path("t/<str:slug>/rules/<str:rule_id>/switch/", rule_pages.switch_rule, name="rule-switch"),
    path("t/<str:slug>/rules/<str:rule_id>/delete/", rule_pages.delete_rule, name="rule-delete"),
    path("t/<str:slug>/due/", due_page.show_due, name="due"),
    path("t/<str:slug>/targets/", target_pages.show_targets, name="targets"),
    path("t/<str:slug>/targets/recount/", target_pages.show_recount, name="targets-recount"),
    path("t/<str:slug>/targets/add/", target_pages.add_target, name="target-add"),
    path("t/<str:slug>/targets/<str:target_id>/", target_pages.change_target, name="target"),
    path("t/<str:slug>/targets/<str:target_id>/move/", target_pages.move_target, name="target-move"),
    path("t/<str:slug>/targets/<str:target_id>/switch/", target_pages.switch_target, name="target-switch"),
    path("t/<str:slug>/targets/<str:target_id>/delete/", target_pages.delete_target, name="target-delete"),
    path("t/<str:slug>/statuses/", statuses.show_statuses, name="statuses"),
    path("t/<str:slug>/statuses/map/", statuses.map_statuses, name="statuses-map"),
    path("t/<str:slug>/views/", saved_views.show_views, name="saved-views"),
    path("t/<str:slug>/views/add/", saved_views.add_view, name="saved-view-add"),
    path("t/<str:slug>/views/<str:view_id>/", saved_views.open_view, name="saved-view"),
    path("t/<str:slug>/views/<str:view_id>/rename/", saved_views.rename_view, name="saved-view-rename"),
    path("t/<str:slug>/views/<str:view_id>/move/", saved_views.move_view, name="saved-view-move"),
    path("t/<str:slug>/views/<str:view_id>/delete/", saved_views.delete_view, name="saved-view-delete"),
    path("t/<str:slug>/settings/source/new/", add_connection.choose_product, name="settings-source-new"),
    path("t/<str:slug>/settings/source/new/file/", add_connection.explain_import, name="settings-source-new-file"),
    path(
        "t/<str:slug>/settings/source/new/<str:product>/",
        add_connection.enter_settings,
        name="settings-source-new-settings",
    ),
    path(
        "t/<str:slug>/settings/source/new/<str:product>/<str:draft_key>/",
        add_connection.test_and_start,
        name="settings-source-new-test",
    ),
    path("t/<str:slug>/settings/import/", file_import.choose_file, name="file-import"),
    path("t/<str:slug>/settings/import/<str:key>/", file_import.check_file, name="file-import-check"),
    path("t/<str:slug>/settings/import/<str:key>/part/", file_import.add_part, name="file-import-part"),
    path("t/<str:slug>/setup/dismiss/", setup_checklist.dismiss_checklist, name="setup-dismiss"),
    path("t/<str:slug>/settings/source/", connections.show_connections, name="settings-source"),
    path("t/<str:slug>/settings/source/<str:source_id>/", source_settings.change_source, name="settings-source-edit"),
    path(
        "t/<str:slug>/settings/source/<str:source_id>/check/",
        connections.check_connection,
        name="settings-source-check",
    ),
    path(
        "t/<str:slug>/settings/source/<str:source_id>/switch/",
        connections.switch_connection,
        name="settings-source-switch",
    ),
    path(
        "t/<str:slug>/settings/source/<str:source_id>/remove/",
        connections.remove_connection,
        name="settings-source-remove",
    ),
    path("t/<str:slug>/settings/hours/", business_hours.show_business_hours, name="settings-hours"),
    path("t/<str:slug>/freshness/", as_of.show_freshness, name="freshness"),
    path("freshness/", as_of.show_freshness_of_all, name="freshness-of-all"),
    path("t/<str:slug>/alerts/", alert_pages.show_alerts, name="alerts"),
    path("t/<str:slug>/alerts/again/", alert_pages.send_again, name="alerts-again"),
    path("t/<str:slug>/alerts/drop/", alert_pages.drop_deliveries, name="alerts-drop"),
    path("t/<str:slug>/alerts/reset/", alert_pages.reset_breaker, name="alerts-reset"),
    path("t/<str:slug>/alerts/numbers/", number_alerts.show_number_alerts, name="number-alerts"),
    path("t/<str:slug>/alerts/numbers/add/", number_alert_form.add_number_alert, name="number-alert-add"),
    path("t/<str:slug>/alerts/numbers/<str:alert_id>/", number_alert_form.change_number_alert, name="number-alert"),
    path(
        "t/<str:slug>/alerts/numbers/<str:alert_id>/acknowledge/",
        number_alerts.acknowledge_alert,
        name="number-alert-acknowledge",
    ),
    path("t/<str:slug>/alerts/numbers/<str:alert_id>/mute/", number_alerts.mute, name="number-alert-mute"),
    path("t/<str:slug>/alerts/numbers/<str:alert_id>/switch/", number_alerts.switch, name="number-alert-switch"),
    path("t/<str:slug>/alerts/numbers/<str:alert_id>/delete/", number_alerts.delete, name="number-alert-delete"),
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
