"""What a tenant promises its customers, and the business hours in which promises count."""
