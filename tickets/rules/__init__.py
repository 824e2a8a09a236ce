"""A tenant's own classification rules: the list its managers edit, and reclassification after a change."""
