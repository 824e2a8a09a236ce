"""The Django admin of tickets: one module for each area. Django imports this package to register them."""

from tickets.admin import alerts as alerts
from tickets.admin import helpdesks as helpdesks
from tickets.admin import logs as logs
from tickets.admin import rules as rules
from tickets.admin import tenants as tenants
