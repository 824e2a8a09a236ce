"""What a tenant's people say that its helpdesk's own statuses mean: the map, its page, and the stored tickets' way to it."""
