"""How a tenant maps its helpdesk's statuses to ours: the map, editing it, and updating stored tickets."""
