"""Notes of people about a ticket, a customer, or a moment in time."""
