"""What tickets are about: single keywords, and topics, which are phrases that several customers use."""
