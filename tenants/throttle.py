"""Guessing passwords and codes is slow, and nobody is locked out for good by somebody else's guesses.

Every attempt is counted before the password is looked at, under three keys: the name from this address,
the address, the name from anywhere. Each has some attempts that cost nothing; from then on the wait before
the next one doubles, up to a longest. The name from anywhere holds only where the name has never logged in
from, so guesses from elsewhere do not keep the owner out. What is counted is forgotten a day later. The
keys are digests: neither names nor addresses are stored.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pymongo import ReturnDocument

from supportsaas import mongo
from supportsaas.clock import Clock

COLLECTION = "sign_in_attempts"
FORGET_AFTER = timedelta(days=1)
KNOWN_FOR = timedelta(days=90)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """`free` attempts without a wait, then 1 s, 2 s, 4 s … up to `longest`."""

    free: int
    longest: timedelta

    def wait_ms(self, failures: str) -> dict[str, Any]:
        """The wait after so many failures (a field), in milliseconds, for MongoDB to compute."""
        doublings = {"$min": [{"$subtract": [failures, self.free]}, 30]}
        wait = {"$min": [{"$multiply": [1000, {"$pow": [2, doublings]}]}, self.longest // _MILLISECOND]}
        return {"$cond": [{"$lt": [failures, self.free]}, 0, wait]}


NAME_AT_ADDRESS = Rule(free=5, longest=timedelta(minutes=15))
ADDRESS = Rule(free=30, longest=timedelta(minutes=15))
NAME = Rule(free=50, longest=timedelta(minutes=5))


class TooManyAttempts(Exception):
    """Nothing was checked. `seconds` is how long to wait; `str()` says so."""

    def __init__(self, seconds: int) -> None:
        words = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
        super().__init__(f"Too many attempts. Wait {words} and try again; nothing is locked for good.")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that counts as failed until `succeed` takes it back."""

    at_address: str
    others: tuple[str, ...]

    def succeed(self, *, clock: Clock | None = None) -> None:
        """The name at this address begins anew and is known there; for the others this attempt did not count."""
        now = _now(clock)
        known = {"failures": 0, "wait_until": now, "known_until": {"$add": [now, KNOWN_FOR // _MILLISECOND]}}
        attempts = mongo.collection(COLLECTION)
        attempts.update_one(
            {"_id": self.at_address}, [{"$set": known}, {"$set": {"expires_at": "$known_until"}}], upsert=True
        )
        for key in self.others:
            attempts.update_one(
                {"_id": key},
                [{"$set": {"failures": {"$max": [0, {"$subtract": ["$failures", 1]}]}, "wait_until": now}}],
            )


def begin_attempt(name: str, address: str, *, clock: Clock | None = None) -> Attempt:
    """Count an attempt; raises `TooManyAttempts` where it comes too early, and then it does not count.

    Attempts at the same moment are counted one after another, so firing many at once gains nothing.
    """
    network = _network_of(address)
    at_address = _key("name at address", name.casefold(), network)
    rules = {at_address: NAME_AT_ADDRESS, _key("address", network): ADDRESS}
    if not _is_known(at_address, clock):
        rules[_key("name", name.casefold())] = NAME
    _refuse_early(list(rules), clock)
    counted: list[str] = []
    for key, rule in rules.items():
        found = _count(key, rule, clock)
        if found["is_early"]:
            mongo.collection(COLLECTION).update_many({"_id": {"$in": counted}}, {"$inc": {"failures": -1}})
            raise TooManyAttempts(_seconds(found))
        counted.append(key)
    return Attempt(at_address, tuple(key for key in rules if key != at_address))


def _count(key: str, rule: Rule, clock: Clock | None) -> mongo.Document:
    now = _now(clock)
    later = {"$add": [now, FORGET_AFTER // _MILLISECOND]}
    is_early = {"$gt": [{"$ifNull": ["$wait_until", now]}, now]}
    # A count that is a day old is forgotten, also where MongoDB has not yet taken the document away.
    is_old = {"$lt": [{"$add": [{"$ifNull": ["$last_at", now]}, FORGET_AFTER // _MILLISECOND]}, now]}
    before = {"$cond": [is_old, 0, {"$ifNull": ["$failures", 0]}]}
    found: mongo.Document | None = mongo.collection(COLLECTION).find_one_and_update(
        {"_id": key},
        [
            {"$set": {"is_early": is_early, "now": now}},
            {"$set": {"failures": {"$cond": ["$is_early", "$failures", {"$add": [before, 1]}]}}},
            {"$set": {
                "last_at": {"$cond": ["$is_early", "$last_at", now]},
                "wait_until": {"$cond": ["$is_early", "$wait_until", {"$add": [now, rule.wait_ms("$failures")]}]},
                "expires_at": {"$max": [later, {"$ifNull": ["$known_until", later]}]},
            }},
        ],
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )  # fmt: skip
    assert found is not None  # an upsert always finds
    return found


def _refuse_early(keys: list[str], clock: Clock | None) -> None:
    waiting = mongo.collection(COLLECTION).aggregate(
        [
            {"$match": {"_id": {"$in": keys}}},
            {"$set": {"now": _now(clock)}},
            {"$match": {"$expr": {"$gt": ["$wait_until", "$now"]}}},
            {"$project": {"wait_until": 1, "now": 1}},
        ]
    )
    longest = max((_seconds(each) for each in waiting), default=0)
    if longest:
        raise TooManyAttempts(longest)


def _is_known(key: str, clock: Clock | None) -> bool:
    known = {"_id": key, "$expr": {"$gt": ["$known_until", _now(clock)]}}
    return mongo.collection(COLLECTION).find_one(known, {"_id": 1}) is not None


def _seconds(found: mongo.Document) -> int:
    return -(-(found["wait_until"] - found["now"]) // timedelta(seconds=1))


def _network_of(address: str) -> str:
    """A client of IPv6 has a whole network of addresses to come from: /64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _now(clock: Clock | None) -> Any:
    return clock() if clock else "$$NOW"
