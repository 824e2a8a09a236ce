"""The names of the ticket store's collections, each declared once."""

TICKETS = "tickets"
TICKET_HISTORY = "ticket_history"
FACET_COUNTS = "ticket_counts"
DIRTY_DAYS = "rollup_marks"
QUARANTINE = "quarantine"
