"""How long a ticket took: its clocks, in calendar time and in the business hours of its tenant."""
