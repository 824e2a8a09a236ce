"""The fault suite: whatever is killed, unavailable, slow or wrong, nothing is lost, duplicated or leaked.

`FAULTS=long` runs it at length: hundreds of kills instead of a few.
"""
