"""What people send to others: a page with its numbers by e-mail, and a link to numbers without an account."""
