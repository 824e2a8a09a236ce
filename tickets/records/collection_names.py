"""The names of the ticket store's collections, each declared once."""

TICKETS = "tickets"
TICKET_HISTORY = "ticket_history"
QUARANTINE = "quarantine"
INCIDENTS = "incidents"
INSIGHTS = "insights"
CUSTOMERS = "customers"
