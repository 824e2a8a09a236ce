"""Roll-ups: a tenant's numbers counted beforehand, by days of its own zone, and kept true.

`rollup_days` holds a document a day and source (with its hours), `rollup_blocks` the words and week
hours of 1, 2, 4 … 64 days, `rollup_state` what is built. A write of tickets leaves a mark of the
days it touched (`tickets.store.dirty_days`) in its own transaction. Readers look at marks and roll-ups in
one snapshot, take marked days from the tickets themselves, and so are exact at every moment; the
keepers (`keeping`) count marked days anew and take the marks away.
"""
