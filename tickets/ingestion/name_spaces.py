"""The name spaces of a tenant's tickets, so that those of one helpdesk are never mistaken for another's.

A tenant's first connection keeps the ids of its helpdesk. Ids of further connections, and of files imported beside a
connection, start with their name (`NAME:ID`). A name space outlives its source: removing a source and connecting the
same helpdesk again, or switching back to a former one, finds its tickets. A source with another host or kind is
another helpdesk, unless a person says that it is the same one at a new address.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError
from pymongo.errors import DuplicateKeyError

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.formatting import format_count
from tenants.models import Tenant
from tickets.helpdesks import presets
from tickets.helpdesks.model import Source, SourceKind
from tickets.records.collection_names import TICKETS
from tickets.records.origin import SEPARATOR, Origin, beginning_with

COLLECTION = "name_spaces"
LONGEST_NAME = 63
_NAMES_OF_KINDS = {SourceKind.NATIVE.value: "native"}
"""What connections of a kind are called if that is not the stored word for it."""

_NO_NAME = re.compile(r"[^\w.-]+")
_DEFAULT_PORTS = {"http": 80, "https": 443, "imap": 143, "imaps": 993}


class NameTaken(Exception):
    """Another connection or an import has that name, or reads that helpdesk; `str()` is a sentence."""


def taken_sentence(name: str) -> str:
    return f"Another connection is called “{name}”. Choose another name."


def name_from(text: str) -> str:
    """A name made from a text such as a file's name: letters, digits, `.`, `-` and `_`, at most 63 characters."""
    return _NO_NAME.sub("-", text).strip("-.")[:LONGEST_NAME] or "import"


def is_name(text: str) -> bool:
    return text == name_from(text)


def helpdesk_of(source: Source) -> str:
    """Which helpdesk the settings lead to: its kind, server, and what of it is read, such as a repository or a user’s mailbox.

    Another path is the same helpdesk.
    """
    parts = urlsplit(source.url)
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    preset = presets.find(source.kind)
    scope = preset.scope_in(source.options or {}) if preset else ""
    if preset and preset.is_of_user:
        scope = source.auth_name.strip().casefold()
    return f"{source.kind} at {(parts.hostname or '').lower().rstrip('.')}{port}{f' ({scope})' if scope else ''}"


def mapping_of(source: Source) -> str:
    """The fingerprint of all settings that decide how a record is mapped."""
    preset = presets.find(source.kind)
    filled = {**(preset.settings if preset else {}), **(source.options or {})}
    settings = [source.kind, source.url.rstrip("/"), filled]
    text = json.dumps(settings, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


# -- Connections -------------------------------------------------------------------------------


def find_sources(tenant: Tenant) -> list[Source]:
    """The tenant's connections, the oldest first."""
    return list(Source.objects.filter(tenant=tenant).select_related("tenant").order_by("pk"))


def origin_of(source: Source) -> Origin:
    """The name space of a connection; nothing is stored, so a dry run may use it."""
    tenant, known = source.tenant, _find_all(source.tenant)
    others = _find_others(source)
    found = _of_source(source, known, others)
    if found is None:
        known = _in_use(tenant, known, others)
        name = _free_name(source, known)
        found = {"name": name, "prefix": _prefix_of_new(tenant, name, known)}
    return _origin(found, known, mapping=mapping_of(source))


def claim_for(source: Source) -> Origin:
    """The name space of a stored source, created if there is none yet. The source then carries its name and prefix."""
    tenant, helpdesk = source.tenant, helpdesk_of(source)
    while True:
        known = _find_all(tenant)  # before the sources: of a name space that is found, the source is stored
        others = _find_others(source)
        found = _of_source(source, known, others)
        if found is None:
            found = _make(source, known, others)
            known = _find_all(tenant)
        if found is not None and _give_name(source, found):
            break
    if helpdesk not in found["helpdesks"]:
        _collection().update_one({"_id": found["_id"]}, {"$addToSet": {"helpdesks": helpdesk}})
    return _origin(found, known, mapping=mapping_of(source))


def choose_name(source: Source, *, is_same: bool, name: str = "") -> str:
    """Before changed settings are saved: decide which name space the source belongs to, by setting its name.

    `is_same`: a person says that it is the tenant's helpdesk at a new address. Otherwise another host or kind is
    another helpdesk, which gets its own name space or finds the one it had, unless no ticket came from the former one.
    `name`: of a new connection, or with `is_same` of the existing one. Returns the former name, empty if there was no
    source. Raises `NameTaken`.
    """
    stored = Source.objects.filter(pk=source.pk).select_related("tenant").first() if source.pk else None
    for each in [*([stored] if stored is not None else []), *_find_others(source)]:
        claim_for(each)  # its tickets stay with the helpdesk that it leads to now
    former = stored.name if stored is not None else ""
    source.name = former if stored is not None and stored.tenant_id == source.tenant_id else ""
    known, helpdesk = _find_all(source.tenant), helpdesk_of(source)
    current, others = known.get(source.name), _find_others(source)
    if name and name != source.name:
        _check_name(name, known, others, helpdesk=helpdesk, is_same=is_same)
        source.name = name
        if is_same and current is not None and helpdesk in current["helpdesks"]:
            _turn_out_to_be(current, name, helpdesk=helpdesk)
    elif is_same and current is None:
        source.name = _latest_former(known, others) or _share_plain(source, known)
    elif not is_same and current is not None and helpdesk not in current["helpdesks"]:
        if _has_had_tickets(source.tenant, current, known):
            source.name = ""
        else:  # a wrong address was corrected before anything came from it
            _collection().update_one({"_id": current["_id"]}, {"$set": {"helpdesks": [helpdesk]}})
    if not source.name:
        _check_helpdesk(source, known, others)
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
    sources = find_sources(tenant)
    for source in () if is_trial else sources:
        claim_for(source)
    known = _find_all(tenant)
    found = known.get(name)
    if found is not None and found["helpdesks"] is not None:
        raise NameTaken(f"“{name}” is a connection of {tenant.slug}. To import a file of that helpdesk: --into {name}")
    if found is None:
        is_alone = not sources and all(each["helpdesks"] is None for each in _in_use(tenant, known, ()).values())
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
    for source in find_sources(tenant):
        current = origin_of(source) if is_trial else claim_for(source)
        if current.name == name:
            return replace(current, mapping="")  # a file does not overrule the helpdesk
    known = _find_all(tenant)
    found = known.get(name)
    return None if found is None or found["helpdesks"] is None else _origin(found, known)


@dataclass(frozen=True, slots=True)
class ConnectionNames:
    """Which connection or import a ticket is from, by its id. `plain`: of those whose ids have no prefix."""

    plain: str
    by_prefix: Mapping[str, str]

    def of(self, external_id: str) -> str:
        name, separator, _ = external_id.partition(SEPARATOR)
        return self.by_prefix.get(name + separator, self.plain) if separator else self.plain


def find_connection_names(tenant: Tenant) -> ConnectionNames | None:
    """None if the tenant never had several connections, so that there is nothing to tell apart. One query."""
    known = _find_all(tenant).values()
    connections = [each for each in known if each["helpdesks"] is not None]
    if len(connections) < 2:
        return None
    plain = next((each["name"] for each in connections if not each["prefix"]), "")
    return ConnectionNames(plain, {each["prefix"]: each["name"] for each in known if each["prefix"]})


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


def _has_had_tickets(tenant: Tenant, space: Document, known: Mapping[str, Document]) -> bool:
    match = _tickets_in(tenant, space["prefix"], known)
    return mongo.collection(TICKETS).find_one(match, {"_id": 1}) is not None


def _find_others(source: Source) -> list[Source]:
    """The tenant's other connections."""
    return [each for each in find_sources(source.tenant) if each.pk != source.pk]


def _of_source(source: Source, known: Mapping[str, Document], others: Sequence[Source]) -> Document | None:
    """By name, whatever the address; without a name by helpdesk, the latest first that no other connection has."""
    if source.name:
        found = known.get(source.name)
        return found if found is not None and found["helpdesks"] is not None else None
    helpdesk, taken = helpdesk_of(source), {each.name for each in others}
    latest_first = reversed([each for each in known.values() if each["name"] not in taken])
    return next((each for each in latest_first if helpdesk in (each["helpdesks"] or ())), None)


def _make(source: Source, known: Mapping[str, Document], others: Sequence[Source]) -> Document | None:
    """A new name space for the source; None if another process made one at the same time."""
    tenant = source.tenant
    in_use = _in_use(tenant, known, others)
    _collection().delete_many({"_id": {"$in": [each["_id"] for name, each in known.items() if name not in in_use]}})
    name = _free_name(source, in_use)
    return _insert(tenant, name, prefix=_prefix_of_new(tenant, name, in_use), helpdesks=[helpdesk_of(source)])


def _give_name(source: Source, found: Document) -> bool:
    """Have the source carry the name and prefix of its name space; False if they went to another one meanwhile."""
    if (source.name, source.prefix) == (found["name"], found["prefix"]):
        return True
    former = source.name
    source.name, source.prefix = found["name"], found["prefix"]
    try:
        Source.objects.filter(pk=source.pk, name=former).update(name=source.name, prefix=source.prefix)
    except IntegrityError:  # another connection without a name was faster
        source.name, source.prefix = "", ""
        return False
    stored = Source.objects.filter(pk=source.pk).values_list("name", "prefix").first()
    if stored in (None, (source.name, source.prefix)):
        return True
    source.name, source.prefix = stored  # another process gave this source another name
    return False


def _latest_former(known: Mapping[str, Document], others: Sequence[Source]) -> str:
    """The latest connection that is not connected now; empty if there never was one."""
    taken = {each.name for each in others}
    connections = [name for name, each in known.items() if each["helpdesks"] is not None]
    former = [name for name in connections if name not in taken]
    if connections and not former:
        raise NameTaken(
            f"It cannot be the same helpdesk as an earlier one: {', '.join(connections)} "
            f"{'is' if len(connections) == 1 else 'are'} still connected. Add it as a different helpdesk, or change "
            "that connection instead."
        )
    return former[-1] if former else ""


def _check_helpdesk(source: Source, known: Mapping[str, Document], others: Sequence[Source]) -> None:
    """Without a name of its own, a helpdesk that another connection reads would be imported twice.

    The same if it may be another account at the server of a former connection, which numbers its tickets alike.
    """
    former = _of_source(source, known, others)
    if former is not None:
        preset = presets.find(source.kind)
        if preset and preset.is_one_server_for_all and count_tickets_of(source.tenant, former["name"]):
            raise NameTaken(
                f"The tickets of “{former['name']}” are from {preset.label}, too. If this is the same account, enter "
                f"“{former['name']}” as the name of this connection, so that they keep syncing. If not, enter another name."
            )
        return
    same = next((each for each in others if helpdesk_of(each) == helpdesk_of(source)), None)
    if same is not None:
        raise NameTaken(
            f"“{same.name}” already reads this helpdesk. To read another account or another part of it, enter a name for this "
            "connection."
        )


def _free_name(source: Source, known: Mapping[str, Document]) -> str:
    """The source's name or its kind, with a number if that is taken or existing ids happen to start with it."""
    wanted, number = source.name or _NAMES_OF_KINDS.get(source.kind, source.kind), 1
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


def _in_use(tenant: Tenant, known: Mapping[str, Document], others: Sequence[Source]) -> dict[str, Document]:
    """Without former connections that never imported a ticket, perhaps mistyped: they reserve no ids."""
    tickets = mongo.collection(TICKETS)
    named = {each.name for each in others}
    unnamed = {helpdesk_of(each) for each in others if not each.name}
    return {
        name: each
        for name, each in known.items()
        if each["helpdesks"] is None
        or name in named
        or not unnamed.isdisjoint(each["helpdesks"])
        or tickets.find_one(_tickets_in(tenant, each["prefix"], known), {"_id": 1})
    }


def _tickets_in(tenant: Tenant, prefix: str, known: Mapping[str, Document]) -> Document:
    """The filter for a name space's tickets; without a prefix, all tickets that start with no prefix."""
    if prefix:
        return {"tenant_id": tenant.slug, **beginning_with(prefix)}
    prefixes = [beginning_with(each["prefix"]) for each in known.values() if each["prefix"]]
    return {"tenant_id": tenant.slug, **({"$nor": prefixes} if prefixes else {})}


def _check_name(
    name: str, known: Mapping[str, Document], others: Sequence[Source], *, helpdesk: str, is_same: bool
) -> None:
    if any(each.name == name for each in others):
        raise NameTaken(taken_sentence(name))
    found = known.get(name)
    if found is None or (is_same and found["helpdesks"] is not None) or helpdesk in (found["helpdesks"] or ()):
        return
    if found["helpdesks"] is None:
        raise NameTaken(f"“{name}” is the name of an import. Choose another name.")
    raise NameTaken(
        f"“{name}” is the name of another helpdesk ({', '.join(found['helpdesks'])}). Choose another name, "
        "or say that it is the same helpdesk."
    )
