"""What a tenant's corrections teach: which parts of a text count, and the weights that were learned for them. Pure."""
