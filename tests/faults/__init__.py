"""The fault suite: whatever is killed, away, slow or lying, nothing is lost, doubled or leaked.

`FAULTS=long` runs it at length: hundreds of kills instead of a few.
"""
