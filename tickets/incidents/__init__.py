"""Incidents: many different customers say the same new thing. Found against the tenant's own normal, followed and ended."""
