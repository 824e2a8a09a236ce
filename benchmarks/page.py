"""What each step of storing a page of 500 new tickets costs, without and with learned weights.

    python -m benchmarks.page [--rounds 20]

Pages with and without weights take turns in one process, so that what else the machine does meets both. Steps are in
µs of this process's CPU time a ticket, and medians; the last line compares whole pages by the clock, MongoDB included.
Needs scikit-learn.
"""

import argparse
import json
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import astuple, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchmarks import environment

if TYPE_CHECKING:
    from tickets.classification.classifier import TenantClassifier

PAGE = 500
TENANT = "tenant_a"
CORRECTIONS = 200
MOST_ANCHORS = 1_000
WRONG = 1 / 3
GOAL = 1.20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with environment.prepared():
        import django

        django.setup()
        _measure(rounds)


def learn(records: Sequence[dict[str, Any]]) -> "TenantClassifier":
    """A classifier with what corrections of these records teach, a third of which contradict the vocabulary at random."""
    from tickets.classification.classifier import BUILT_IN
    from tickets.classification.classify import prior_of
    from tickets.classification.learning.features import CLASSES, KINDS, UNKNOWN, Kind, terms_of, ticket_words
    from tickets.classification.learning.weights import LearnedWeights
    from tickets.learning.fitting import Label, Text, fit

    texts = [
        Text(
            each["id"],
            frozenset(terms_of(ticket_words(each["subject"], each["message"]))),
            prior_of(subject=each["subject"], message=each["message"]),
        )
        for each in records
    ]
    chance = random.Random("corrections")
    corrected, anchors = texts[:CORRECTIONS], texts[CORRECTIONS : CORRECTIONS + MOST_ANCHORS]

    def label(text: Text, kind: Kind) -> Label:
        is_wrong = text.prior.class_of(kind) == UNKNOWN or chance.random() < WRONG
        return Label(text, chance.randrange(len(CLASSES[kind])) if is_wrong else text.prior.class_of(kind))

    verdicts = {
        kind: fit(kind, [label(each, kind) for each in corrected], anchors, vetoed=frozenset()) for kind in KINDS
    }
    return replace(BUILT_IN, learned=LearnedWeights(1, verdicts))


def _measure(rounds: int) -> None:
    from django.core.management import call_command

    from supportsaas.db import indexes
    from supportsaas.reliability.lock import Lock
    from tenants.models import Tenant
    from tickets.classification.classifier import BUILT_IN
    from tickets.demo.bulk import BulkTenant
    from tickets.helpdesks.base import SourceRecord
    from tickets.planning.planner import plan_page
    from tickets.planning.reading import read_records
    from tickets.store.ticket_store import TicketStore

    call_command("migrate", verbosity=0)
    indexes.ensure_indexes()
    tenant = Tenant.objects.create(slug=TENANT, name="A")
    store, lock = TicketStore(tenant), Lock(TENANT)
    now = datetime.now(UTC)
    bulk = BulkTenant(name=TENANT, anchor=now, size=2 * (rounds + 1) * PAGE)
    records = [{"tenant_id": TENANT, **json.loads(row)} for row in bulk.json_rows(0, len(bulk))]
    classifiers = {"without weights": BUILT_IN, "with weights": learn(records)}
    cpu: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    whole: defaultdict[str, list[float]] = defaultdict(list)
    revised: Counter[str] = Counter()
    for number in range(2 * (rounds + 1)):
        name, classifier = list(classifiers.items())[number % 2]
        page = [SourceRecord(each, each) for each in records[number * PAGE : (number + 1) * PAGE]]
        held = lock.take("benchmark")
        assert held is not None
        began, clock = time.perf_counter(), time.process_time()
        read = read_records(page, tenant_id=TENANT, classifier_version=classifier.version)
        normalized = time.process_time()
        plan = plan_page(store, read.tickets, job_id="benchmark", now=now, classifier=classifier)
        planned = time.process_time()
        store.save_page(plan, lock=lock, held=held)
        saved, ended = time.process_time(), time.perf_counter()
        lock.release(held)
        assert plan.new == PAGE
        texts = [(each.content.subject, each.content.message) for each in read.tickets]
        classified = time.process_time()
        found = [classifier.classify(subject=subject, message=message) for subject, message in texts]
        classified = time.process_time() - classified
        revised[name] += sum("learned" in astuple(each.decided_by) for each in found)
        if number < len(classifiers):
            continue  # the first page of each builds the vocabulary and opens connections
        whole[name].append(ended - began)
        for step, seconds in (
            ("normalize", normalized - clock),
            ("plan", planned - normalized),
            ("of it, classify", classified),
            ("save", saved - planned),
        ):
            cpu[name, step].append(seconds)
    learned = classifiers["with weights"].learned
    assert learned is not None
    terms = sum(len(each.terms) for each in learned.verdicts.values())
    share = revised["with weights"] / ((rounds + 1) * PAGE)
    print(f"{rounds} pages of {PAGE} new tickets each; {terms:,} learned terms revise {share:.0%} of the tickets.")
    print("µs of CPU time a ticket:\n")
    print(f"{'step':<20}" + "".join(f"{name:>18}" for name in classifiers))
    for step in ("normalize", "plan", "of it, classify", "save"):
        figures = [statistics.median(cpu[name, step]) / PAGE * 1e6 for name in classifiers]
        print(f"{step:<20}" + "".join(f"{each:>18.1f}" for each in figures))
    print(
        f"{'whole, by the clock':<20}"
        + "".join(f"{statistics.median(whole[name]) / PAGE * 1e6:>18.1f}" for name in classifiers)
    )
    pairs = [after / before for before, after in zip(*whole.values(), strict=True)]
    print(
        f"\nA whole page with weights takes {statistics.median(pairs):.2f} of one without (goal: at most {GOAL:.2f})."
    )


if __name__ == "__main__":
    main()
