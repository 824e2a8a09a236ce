"""Search over all tenants of a person: the page of results, and what the command palette asks for."""
