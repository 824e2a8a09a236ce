"""Roll-ups: a tenant's numbers counted in advance, by the days of its own time zone, and exact at every moment.

The transaction that writes tickets also adds what it changes about the numbers (`differences`, `writing`). So there is
nothing to recount, and a reader never has to know what has changed.

- `rollup_numbers`: what is counted of every block of time (an hour, a day, 8 or 64 days, all time), of all tickets and
  of those with one value of a field (a slice).
- `rollup_words`: in how many tickets each keyword is, by the same blocks and slices.
- `customer_counts`: what each customer has over all time.
- `rollup_state`: one document for each tenant: the generation that readers use, and the one that is being built.
"""
