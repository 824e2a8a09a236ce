"""Slow down guesses of passwords and codes, without locking out users who have signed in before.

Every attempt is counted before the password is checked, depending on where it comes from:

- a name on a device that it has signed in from, known by a cookie: only by name and device, so nobody else can delay it;
- a name at an address that it has signed in from: by name and address, and with the other such names at that address;
- anything else: by name and address, by address, by the wider networks around an IPv6 address, and by name.

Each count allows some attempts without a wait. After that, the wait doubles up to a maximum. Counts are deleted after a
day. The keys are digests, so neither names nor addresses are stored.
"""

import hashlib
import ipaddress
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pymongo import ReturnDocument

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.reliability.backoff import Backoff
from supportsaas.reliability.shared_state import server_time

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
        """The wait after this many failures (a field), in milliseconds, for MongoDB to compute."""
        costly = {"$subtract": [failures, self.free - 1]}
        return Backoff.between(timedelta(seconds=1), self.longest).milliseconds(costly)


NAME_AT_PLACE = Rule(free=5, longest=timedelta(minutes=15))
KNOWN_NAMES_AT_ADDRESS = Rule(free=100, longest=timedelta(minutes=1))
ADDRESS = Rule(free=30, longest=timedelta(minutes=15))
NAME = Rule(free=50, longest=timedelta(minutes=5))
WIDER_NETWORKS = {
    56: Rule(free=100, longest=timedelta(minutes=15)),
    48: Rule(free=300, longest=timedelta(minutes=15)),
    32: Rule(free=3_000, longest=timedelta(minutes=1)),
}
"""IPv6 networks by prefix length. A customer has a /56 or /48, a provider a /32."""


class TooManyAttempts(Exception):
    """The password was not checked. `seconds` is the wait, and `str()` a sentence with it."""

    def __init__(self, seconds: int) -> None:
        words = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
        super().__init__(f"Too many attempts. Wait {words}, then try again. Your account is not locked.")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt, which counts as failed unless `succeed` is called. `keys` are its counts, name and place first."""

    name: str
    network: str
    keys: tuple[str, ...]

    def succeed(self, *, device: str = "", clock: Clock | None = None) -> None:
        """Remember the name at its address and on `device`, reset the count there, and undo the other counts."""
        now = server_time(clock)
        place, *others = self.keys
        attempts = mongo.collection(COLLECTION)
        attempts.update_one({"_id": place}, {"$set": {"failures": 0}, "$unset": {"wait_until": ""}})
        for key in others:
            attempts.update_one(
                {"_id": key},
                [{"$set": {"failures": {"$max": [0, {"$subtract": ["$failures", 1]}]}, "wait_until": now}}],
            )
        until = {"$add": [now, KNOWN_FOR // _MILLISECOND]}
        known = [_at_address(self.name, self.network), *([_on_device(self.name, device)] if device else [])]
        for key in known:
            attempts.update_one({"_id": key}, [{"$set": {"known_until": until, "expires_at": until}}], upsert=True)


def begin_attempt(name: str, address: str, *, device: str = "", clock: Clock | None = None) -> Attempt:
    """Count an attempt. Raises `TooManyAttempts` if it comes too early; it then does not count.

    `device` is the cookie of a known device, or "". Simultaneous attempts are counted one after another, so sending many
    at once gains nothing.
    """
    name, network = name.casefold(), _network_of(address)
    rules = _rules(name, network, device, clock)
    _reject_early(list(rules), clock)
    counted: list[str] = []
    for key, rule in rules.items():
        found = _count(key, rule, clock)
        if found["is_early"]:
            mongo.collection(COLLECTION).update_many({"_id": {"$in": counted}}, {"$inc": {"failures": -1}})
            raise TooManyAttempts(_seconds(found))
        counted.append(key)
    return Attempt(name, network, tuple(rules))


def _rules(name: str, network: str, device: str, clock: Clock | None) -> dict[str, Rule]:
    """The counts of an attempt, name and place first."""
    on_device, at_address = _on_device(name, device), _at_address(name, network)
    known = _known([on_device, at_address] if device else [at_address], clock)
    if on_device in known:
        return {on_device: NAME_AT_PLACE}
    if at_address in known:
        return {at_address: NAME_AT_PLACE, _key("known names at address", network): KNOWN_NAMES_AT_ADDRESS}
    wider = {_key("network", each): rule for each, rule in _wider_networks(network)}
    return {at_address: NAME_AT_PLACE, _key("address", network): ADDRESS, **wider, _key("name", name): NAME}


def _count(key: str, rule: Rule, clock: Clock | None) -> mongo.Document:
    now = server_time(clock)
    later = {"$add": [now, FORGET_AFTER // _MILLISECOND]}
    is_early = {"$gt": [{"$ifNull": ["$wait_until", now]}, now]}
    # Ignore a count that is a day old, even if MongoDB has not deleted the document yet.
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


def _reject_early(keys: list[str], clock: Clock | None) -> None:
    waiting = mongo.collection(COLLECTION).aggregate(
        [
            {"$match": {"_id": {"$in": keys}}},
            {"$set": {"now": server_time(clock)}},
            {"$match": {"$expr": {"$gt": ["$wait_until", "$now"]}}},
            {"$project": {"wait_until": 1, "now": 1}},
        ]
    )
    longest = max((_seconds(each) for each in waiting), default=0)
    if longest:
        raise TooManyAttempts(longest)


def _known(keys: list[str], clock: Clock | None) -> set[str]:
    match = {"_id": {"$in": keys}, "$expr": {"$gt": ["$known_until", server_time(clock)]}}
    return {each["_id"] for each in mongo.collection(COLLECTION).find(match, {"_id": 1})}


def _seconds(found: mongo.Document) -> int:
    left: timedelta = found["wait_until"] - found["now"]
    return math.ceil(left / timedelta(seconds=1))


def _network_of(address: str) -> str:
    """An IPv4 address, perhaps written as IPv6, or the /64 network that an IPv6 client has to itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))


def _wider_networks(network: str) -> Iterator[tuple[str, Rule]]:
    """The wider networks around an IPv6 /64, each with its rule."""
    if ":" in network:
        for length, rule in WIDER_NETWORKS.items():
            yield str(ipaddress.ip_network(network).supernet(new_prefix=length)), rule


def _at_address(name: str, network: str) -> str:
    return _key("name at address", name, network)


def _on_device(name: str, device: str) -> str:
    return _key("name on device", name, device)


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
