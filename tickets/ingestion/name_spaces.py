"""The name spaces of a tenant's tickets, so that those of one helpdesk are never mistaken for another's.

A tenant's first connection keeps the ids of its helpdesk. Ids of further connections, and of files imported beside a
connection, start with their name (`NAME:ID`). A name space outlives its source: removing a source and connecting the
same helpdesk again, or switching back to a former one, finds its tickets. A source with another host or kind is
another helpdesk, unless a person says that it is the same one at a new address.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from pymongo.errors import DuplicateKeyError

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.formatting import format_count
from tenants.models import Tenant
from tickets.helpdesks import presets
from tickets.helpdesks.model import Source
from tickets.records.collection_names import TICKETS
from tickets.records.origin import PLAIN, SEPARATOR, Origin, beginning_with

COLLECTION = "name_spaces"
LONGEST_NAME = 63

_NO_NAME = re.compile(r"[^\w.-]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class NameTaken(Exception):
    """Another connection or an import has that name; `str()` is a sentence."""


def name_from(text: str) -> str:
    """A name made from a text such as a file's name: letters, digits, `.`, `-` and `_`, at most 63 characters."""
    return _NO_NAME.sub("-", text).strip("-.")[:LONGEST_NAME] or "import"


def is_name(text: str) -> bool:
    return text == name_from(text)


def helpdesk_of(source: Source) -> str:
    """Which helpdesk the settings lead to: its kind and server. Another path is the same helpdesk."""
    parts = urlsplit(source.url)
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{source.kind} at {(parts.hostname or '').lower().rstrip('.')}{port}"


def mapping_of(source: Source) -> str:
    """The fingerprint of all settings that decide how a record is mapped."""
    preset = presets.find(source.kind)
    filled = {**(preset.settings if preset else {}), **(source.options or {})}
    settings = [source.kind, source.url.rstrip("/"), filled]
    text = json.dumps(settings, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


# -- Connections -------------------------------------------------------------------------------


def find_source(tenant: Tenant) -> Source | None:
    return Source.objects.filter(tenant=tenant).select_related("tenant").first()


def origin_of(tenant: Tenant) -> Origin:
    """The name space of the tenant's current connection; nothing is stored, so a dry run may use it."""
    source = find_source(tenant)
    if source is None:
        return PLAIN
    known = _find_all(tenant)
    found = _of_source(source, known)
    if found is None:
        known = _in_use(tenant, known)
        name = _free_name(source, known)
        found = {"name": name, "prefix": _prefix_of_new(tenant, name, known)}
    return _origin(found, known, mapping=mapping_of(source))


def claim_origin(tenant: Tenant) -> Origin:
    """The name space of the tenant's connection, created if there is none yet; `PLAIN` without a connection."""
    source = find_source(tenant)
    return PLAIN if source is None else claim_for(source)


def claim_for(source: Source) -> Origin:
    """The name space of a stored source, created if there is none yet. The source then carries its name."""
    tenant, helpdesk = source.tenant, helpdesk_of(source)
    known = _find_all(tenant)
    found = _of_source(source, known)
    while found is None:
        in_use = _in_use(tenant, known)
        _collection().delete_many(
            {"_id": {"$in": [each["_id"] for each in known.values() if each not in in_use.values()]}}
        )
        name = _free_name(source, in_use)
        found = _insert(tenant, name, prefix=_prefix_of_new(tenant, name, in_use), helpdesks=[helpdesk])
        known = _find_all(tenant)
        found = found or _of_source(source, known)  # another process was faster
    if helpdesk not in found["helpdesks"]:
        _collection().update_one({"_id": found["_id"]}, {"$addToSet": {"helpdesks": helpdesk}})
    if source.name != found["name"]:
        Source.objects.filter(pk=source.pk, name=source.name).update(name=found["name"])
        source.name = found["name"]
    return _origin(found, known, mapping=mapping_of(source))


def choose_name(source: Source, *, is_same: bool, name: str = "") -> str:
    """Before changed settings are saved: decide which name space the source belongs to, by setting its name.

    `is_same`: a person says that it is the tenant's helpdesk at a new address. Otherwise another host or kind is
    another helpdesk, which gets its own name space or finds the one it had. `name`: of a new connection, or with
    `is_same` of the existing one. Returns the former name, empty if there was no source. Raises `NameTaken`.
    """
    stored = Source.objects.filter(pk=source.pk).select_related("tenant").first() if source.pk else None
    if stored is not None:
        claim_for(stored)  # its tickets stay with the helpdesk that it leads to now
    former = stored.name if stored is not None else ""
    source.name = former if stored is not None and stored.tenant_id == source.tenant_id else ""
    known, helpdesk = _find_all(source.tenant), helpdesk_of(source)
    current = known.get(source.name)
    if name and name != source.name:
        _check_name(name, known, helpdesk=helpdesk, is_same=is_same)
        source.name = name
        if is_same and current is not None and helpdesk in current["helpdesks"]:
            _turn_out_to_be(current, name, helpdesk=helpdesk)
    elif is_same and current is None:
        latest = [each["name"] for each in known.values() if each["helpdesks"] is not None]
        source.name = latest[-1] if latest else _share_plain(source, known)
    elif not is_same and current is not None and helpdesk not in current["helpdesks"]:
        source.name = ""
    return former


def may_have_moved(tenant: Tenant) -> bool:
    """Whether a person has to say which helpdesk a source at another address is: the tenant already has tickets."""
    return mongo.collection(TICKETS).find_one({"tenant_id": tenant.slug}, {"_id": 1}) is not None


def count_tickets_of(tenant: Tenant, name: str) -> int:
    """How many live tickets a name space has."""
    known = _find_all(tenant)
    found = known.get(name)
    if found is None:
        return 0
    return mongo.collection(TICKETS).count_documents(
        {**_tickets_in(tenant, found["prefix"], known), "is_deleted": False}
    )


def explain_change(tenant: Tenant, origin: Origin, *, former: str, remedy: str) -> list[str]:
    """Sentences about what a connection that was just saved means for the existing tickets.

    `former`: the name it had before. `remedy`: what to do if both are the same helpdesk.
    """
    sentences = []
    kept = count_tickets_of(tenant, former) if former not in ("", origin.name) else 0
    if kept:
        sentences.append(
            f"This is another helpdesk: the {format_count(kept, 'ticket')} of “{former}” stay as they are and are no longer synced. "
            f"If it is the same helpdesk at a new address, {remedy}."
        )
    if origin.prefix:
        sentences.append(f"The ids of its tickets start with “{origin.prefix}”.")
    return sentences


def names_of_connections(tenant: Tenant) -> list[str]:
    """The tenant's connections, current and former, the oldest first."""
    return [each["name"] for each in _find_all(tenant).values() if each["helpdesks"] is not None]


# -- Imports -----------------------------------------------------------------------------------


def claim_import(tenant: Tenant, name: str, *, is_named: bool, is_trial: bool = False) -> Origin:
    """The name space of an import, the same each time. Raises `NameTaken` if a connection has the name.

    Ids stay as they are if the tenant has never had a connection, unless a person chose the name (`is_named`).
    `is_trial`: nothing is stored.
    """
    if (source := find_source(tenant)) is not None and not is_trial:
        claim_for(source)
    known = _find_all(tenant)
    found = known.get(name)
    if found is not None and found["helpdesks"] is not None:
        raise NameTaken(f"“{name}” is a connection of {tenant.slug}. To import a file of that helpdesk: --into {name}")
    if found is None:
        is_alone = source is None and all(each["helpdesks"] is None for each in _in_use(tenant, known).values())
        prefix = "" if is_alone and not is_named else name + SEPARATOR
        found = {"name": name, "prefix": prefix}
        if not is_trial:
            found = _insert(tenant, name, prefix=prefix, helpdesks=None) or _find_all(tenant)[name]
            known = _find_all(tenant)
    return _origin(found, known)


def connection_named(tenant: Tenant, name: str, *, is_trial: bool = False) -> Origin | None:
    """The name space of the connection with that name, for a file from its helpdesk; None if there is none.

    `is_trial`: nothing is stored.
    """
    current = origin_of(tenant) if is_trial else claim_origin(tenant)
    if current.name == name:
        return replace(current, mapping="")  # a file does not overrule the helpdesk
    known = _find_all(tenant)
    found = known.get(name)
    return None if found is None or found["helpdesks"] is None else _origin(found, known)


def origins_by_name(tenant: Tenant) -> dict[str, Origin]:
    """All name spaces of the tenant, without a mapping."""
    known = _find_all(tenant)
    return {name: _origin(each, known) for name, each in known.items()}


# -- Inside ------------------------------------------------------------------------------------


def _collection() -> Any:
    return mongo.collection(COLLECTION)


def _find_all(tenant: Tenant) -> dict[str, Document]:
    """By name, the oldest first. `helpdesks` is None in those of imports."""
    found = _collection().find({"tenant_id": tenant.slug}).sort([("made_at", 1), ("_id", 1)])
    return {each["name"]: each for each in found}


def _insert(tenant: Tenant, name: str, *, prefix: str, helpdesks: list[str] | None) -> Document | None:
    """The name space, or None if there already is one with that name."""
    document: Document = {
        "tenant_id": tenant.slug,
        "name": name,
        "prefix": prefix,
        "helpdesks": helpdesks,
        "made_at": clock.now(),
    }
    try:
        _collection().insert_one(document)
    except DuplicateKeyError:
        return None
    return document


def _origin(found: Document, known: Mapping[str, Document], *, mapping: str = "") -> Origin:
    others = frozenset(each["name"] for each in known.values() if each["prefix"])
    return Origin(
        name=found["name"],
        prefix=found["prefix"],
        mapping=mapping,
        others=others - {found["name"]},
        doubles=tuple(each["prefix"] for each in known.values() if each["prefix"] and each.get("is") == found["name"]),
    )


def _turn_out_to_be(space: Document, name: str, *, helpdesk: str) -> None:
    """The helpdesk of this name space turned out to be that of another one: what was read since exists twice."""
    _collection().update_one({"_id": space["_id"]}, {"$set": {"is": name}, "$pull": {"helpdesks": helpdesk}})


def _of_source(source: Source, known: Mapping[str, Document]) -> Document | None:
    """By name, whatever the address; without a name by helpdesk, the latest first."""
    if source.name:
        found = known.get(source.name)
        return found if found is not None and found["helpdesks"] is not None else None
    helpdesk = helpdesk_of(source)
    latest_first = reversed(list(known.values()))
    return next((each for each in latest_first if helpdesk in (each["helpdesks"] or ())), None)


def _free_name(source: Source, known: Mapping[str, Document]) -> str:
    """The source's name or its kind, with a number if that is taken or existing ids happen to start with it."""
    wanted, number = source.name or source.kind, 1
    name = wanted
    tickets = mongo.collection(TICKETS)
    while name in known or tickets.find_one(_tickets_in(source.tenant, name + SEPARATOR, {}), {"_id": 1}):
        number += 1
        name = f"{wanted}-{number}"
    return name


def _share_plain(source: Source, known: Mapping[str, Document]) -> str:
    """The imported tickets come from this helpdesk: it shares their name space."""
    name = _free_name(source, known)
    _insert(source.tenant, name, prefix="", helpdesks=[helpdesk_of(source)])
    return name


def _prefix_of_new(tenant: Tenant, name: str, known: Mapping[str, Document]) -> str:
    """Empty for a first connection; a prefix if another connection, or only files, have the plain ids."""
    own = name + SEPARATOR
    if any(not each["prefix"] and each["helpdesks"] is not None for each in known.values()):
        return own
    plain, tickets = _tickets_in(tenant, "", known), mongo.collection(TICKETS)
    if tickets.find_one({**plain, "from_file": True}, {"_id": 1}) is None:
        return ""
    return "" if tickets.find_one({**plain, "from_file": {"$ne": True}}, {"_id": 1}) else own


def _in_use(tenant: Tenant, known: Mapping[str, Document]) -> dict[str, Document]:
    """Without the connections that never imported a ticket, perhaps mistyped: they reserve no ids."""
    tickets = mongo.collection(TICKETS)
    return {
        name: each
        for name, each in known.items()
        if each["helpdesks"] is None or tickets.find_one(_tickets_in(tenant, each["prefix"], known), {"_id": 1})
    }


def _tickets_in(tenant: Tenant, prefix: str, known: Mapping[str, Document]) -> Document:
    """The filter for a name space's tickets; without a prefix, all tickets that start with no prefix."""
    if prefix:
        return {"tenant_id": tenant.slug, **beginning_with(prefix)}
    prefixes = [beginning_with(each["prefix"]) for each in known.values() if each["prefix"]]
    return {"tenant_id": tenant.slug, **({"$nor": prefixes} if prefixes else {})}


def _check_name(name: str, known: Mapping[str, Document], *, helpdesk: str, is_same: bool) -> None:
    found = known.get(name)
    if found is None or (is_same and found["helpdesks"] is not None) or helpdesk in (found["helpdesks"] or ()):
        return
    if found["helpdesks"] is None:
        raise NameTaken(f"“{name}” is the name of an import. Choose another name.")
    raise NameTaken(
        f"“{name}” is the name of another helpdesk ({', '.join(found['helpdesks'])}). Choose another name, "
        "or say that it is the same helpdesk."
    )
