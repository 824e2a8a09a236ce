"""A tenant's topics: stored, found in new tickets, edited by managers, and kept with the tickets that are about them."""
