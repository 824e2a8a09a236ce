"""A mailbox read by IMAP: each mail thread is a ticket. It is opened read-only, so nothing in it changes."""
