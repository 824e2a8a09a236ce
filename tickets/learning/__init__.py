"""Learning from a tenant's corrections: examples, training in a process of its own, and the stored versions of weights."""
