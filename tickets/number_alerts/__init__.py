"""Alerts on numbers: a tenant's people are alerted when a number crosses a limit, or is unusual for its hour."""
