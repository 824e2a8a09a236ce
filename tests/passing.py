"""How the tests' runs wait for a helpdesk: the time passes at once, also in the limits that all processes share."""

from typing import Any

from supportsaas.db import mongo
from supportsaas.reliability import rate_limiter


def pass_time(seconds: float) -> None:
    """Instead of `time.sleep`: makes what the rate limiters know as much older.

    A sleep that did nothing would not do: the limiters read the server's clock, and a run would ask them without a pause
    until the real time has passed.
    """
    milliseconds = round(seconds * 1000)
    if milliseconds:
        mongo.collection(rate_limiter.COLLECTION).update_many({}, [{"$set": _earlier(milliseconds)}])


def _earlier(milliseconds: int) -> dict[str, Any]:
    until = {"$subtract": ["$$each.until", milliseconds]}
    entry = {"$mergeObjects": ["$$each", {"until": until}]}
    return {
        **{name: {"$map": {"input": f"${name}", "as": "each", "in": entry}} for name in ("slots", "waiting")},
        "held_back_until": {"$subtract": ["$held_back_until", milliseconds]},
    }
