"""Search over all tenants."""
