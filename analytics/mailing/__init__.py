"""E-mails to people that a worker sends once: who may send one now, and handing it to the mail server."""
