"""Roll-ups: a tenant's numbers counted in advance, by the days of its own time zone, and kept exact.

`rollup_days` holds a document for each day and source (with its hours), `rollup_blocks` the keywords and week
hours of 1, 2, 4 … 64 days, `rollup_leaders` the days of the top customers, `rollup_state` what is built. A write
of tickets records the days it touched (`tickets.store.dirty_days`) in its own transaction. Readers see dirty days
and roll-ups in one snapshot and count dirty days from the tickets, so they are exact at every moment.
`refreshing` recounts dirty days and then removes their records.
"""
