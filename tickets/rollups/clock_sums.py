"""The sums in which a stopped clock counts. Pure.

Each is named `CLOCK MEASURE STEP`, with a step of the histogram (`tickets.records.histogram`), or `CLOCK WHAT`:

- `first_reply calendar 210`: in calendar time. `first_reply business 190`: in the tenant's business hours.
- `first_reply by helpdesk`: those whose end is from a stamp of the helpdesk; likewise the other origins.
- `first_reply unknown`: how long it took is not known. `first_reply never`: the ticket was closed too late without it.
- `first_reply met`, `first_reply breached`: by the target that applied.

A status is named by its code: `status:3 calendar 150`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tickets.clocks.stopwatch import NEVER, STATUS
from tickets.records.histogram import step_of

CALENDAR: Final = "calendar"
BUSINESS: Final = "business"
BY: Final = "by"
UNKNOWN: Final = "unknown"
MET: Final = "met"
BREACHED: Final = "breached"


def clock_sums(stopped: Mapping[str, Any], code_of_status: Callable[[str], int]) -> list[str]:
    """The sums of a clock as a ticket stores it."""
    clock = stopped["clock"]
    if clock.startswith(STATUS):
        clock = f"{STATUS}{code_of_status(clock.removeprefix(STATUS))}"
    found = [f"{clock} {measure}" for measure in _measures(stopped)]
    if (met := stopped.get("met")) is not None:
        found.append(f"{clock} {MET if met else BREACHED}")
    return found


def _measures(stopped: Mapping[str, Any]) -> list[str]:
    seconds, business = stopped["seconds"], stopped["business"]
    if seconds is None:
        return [NEVER if stopped["by"] == NEVER else UNKNOWN]
    measures = [f"{CALENDAR} {step_of(seconds)}", f"{BY} {stopped['by']}"]
    return measures if business is None else [*measures, f"{BUSINESS} {step_of(business)}"]
