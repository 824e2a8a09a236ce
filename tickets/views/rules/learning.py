"""What was learned from corrections: members see it; managers switch it, veto words, apply it and reset it."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from supportsaas.formatting import format_number
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.classification.learning.features import CLASSES, KINDS, Kind, is_telling
from tickets.classification.learning.weights import LearnedWeights, TermWeight
from tickets.ingestion.worker import count_workers
from tickets.learning.request import LEAST_CORRECTIONS
from tickets.learning.store import LearningStore, State, Version
from tickets.rules import learning_changes
from tickets.rules.learning_preview import preview_learning
from tickets.rules.reclassification import RECLASSIFICATION
from tickets.rules.retraining import find_training_need

WORDS: Final = 12
"""Shown of each value of a verdict; all with `?words=all`."""
MOST_WORDS: Final = 200
LEAST_LEAD: Final = 0.1
"""A term that moves a verdict by less is not listed."""
VERSIONS: Final = 20
NAMES: Final[dict[Kind, str]] = {"urgency": "Urgency", "sentiment": "Sentiment", "requires_action": "Needs action"}


@dataclass(frozen=True, slots=True)
class LearnedWord:
    """`lead`: how far its weight for the value is above that for the next one. `examples`: ids of tickets that taught it."""

    term: str
    lead: float
    tickets: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LearnedValue:
    """The words that speak for one value of a verdict, function words last, the strongest first."""

    value: str
    words: tuple[LearnedWord, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class LearnedVerdict:
    """One verdict: how many corrections there are to teach it, how many it still needs, and what `taught` ones taught."""

    kind: Kind
    name: str
    corrections: int
    needed: int
    taught: int
    measured: dict[str, int]
    is_used: bool
    values: tuple[LearnedValue, ...]


@require_GET
@tenant_required()
def show_learning(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    store = LearningStore(access.tenant)
    state = store.find_state()
    learned, _ = store.find_in_use()
    versions = store.find_versions(limit=VERSIONS)
    need = find_training_need(access.tenant)
    shows_all = request.GET.get("words") == "all"
    verdicts = _verdicts(state, learned, versions, need["counts"], most=MOST_WORDS if shows_all else WORDS)
    running = RECLASSIFICATION.find_progress(access.tenant)
    context = {
        "state": state,
        "verdicts": verdicts,
        "learned": learned,
        "has_learned": any(each.is_used for each in verdicts),
        "has_corrections": any(need["counts"].values()),
        "versions": [(each, _agreement(each)) for each in versions],
        "is_due": need["is_due"],
        "least": LEAST_CORRECTIONS,
        "shows_all": shows_all,
        "preview": preview_learning(access.tenant) if "preview" in request.GET and state.waits_for_applying else None,
        "reclassification": running,
        "workers": count_workers(),
    }
    return render(request, "tickets/learning.html", context)


@require_POST
@tenant_required(Role.MANAGER)
def change_learning(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """`action`: switch, options, veto, allow, apply or reset."""
    try:
        said = _change(request, access)
    except Rejected as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("learning", access.tenant.slug)


def _change(request: TenantRequest, access: TenantAccess) -> str:
    """Does it, and says so. Raises `Rejected`."""
    tenant, given = access.tenant, request.POST
    action = given.get("action", "")
    if action == "switch":
        is_on = given.get("on") == "1"
        learning_changes.switch_learning(tenant, is_on=is_on)
        return "Switched learning on." if is_on else "Switched learning off."
    if action == "options":
        learning_changes.change_options(tenant, {name: name in given for name in learning_changes.SWITCHES})
        return "Saved the options."
    if action in ("veto", "allow"):
        word = given.get("word", "")
        learning_changes.veto_word(tenant, word, is_vetoed=action == "veto")
        return f"“{word}” will not be learned." if action == "veto" else f"“{word}” can be learned again."
    if action == "apply":
        number = given.get("version", "")
        learning_changes.apply_learned(tenant, int(number) if number.isascii() and number.isdigit() else 0)
        return "Applying what was learned to stored tickets."
    if action == "reset":
        learning_changes.reset_learning(tenant)
        return "Reset learning. New corrections teach from now on."
    raise Rejected("Choose what to change.")


def _verdicts(
    state: State, learned: LearnedWeights | None, versions: list[Version], counts: dict[Kind, int], *, most: int
) -> list[LearnedVerdict]:
    trained = versions[0] if versions and versions[0].reason == "trained" else None
    found = []
    for kind in KINDS:
        weights = learned.verdicts.get(kind) if learned is not None else None
        measured: Any = trained.measured.get(kind, {}) if trained else {}
        terms = [each for each in weights.terms if each.term not in state.settings.vetoed] if weights else []
        found.append(
            LearnedVerdict(
                kind=kind,
                name=NAMES[kind],
                corrections=counts.get(kind, 0),
                needed=max(LEAST_CORRECTIONS - counts.get(kind, 0), 0),
                taught=weights.corrections if weights is not None else 0,
                measured=measured,
                is_used=weights is not None,
                values=_values(kind, terms, most=most),
            )
        )
    return found


def _values(kind: Kind, terms: list[TermWeight], *, most: int) -> tuple[LearnedValue, ...]:
    by_value: dict[str, list[LearnedWord]] = {}
    for each in terms:
        first, second = sorted(each.weights, reverse=True)[:2]
        value = CLASSES[kind][each.weights.index(first)]
        if first - second >= LEAST_LEAD:
            word = LearnedWord(each.term, first - second, each.tickets, each.examples)
            by_value.setdefault(value, []).append(word)
    found = []
    for value in reversed(CLASSES[kind]):
        words = sorted(by_value.get(value, ()), key=lambda word: (not is_telling(word.term), -word.lead, word.term))
        if words:
            found.append(LearnedValue(value, tuple(words[:most]), max(len(words) - most, 0)))
    return tuple(found)


def _agreement(version: Version) -> list[str]:
    """Of each measured verdict: how many corrections the vocabulary and the learned weights agree with."""
    return [
        f"{NAMES[kind]} {format_number(found['before'])} → {format_number(found['after'])} of {format_number(found['count'])}"
        + ("" if kind in version.learned else ", not used")
        for kind, found in version.measured.items()
    ]
