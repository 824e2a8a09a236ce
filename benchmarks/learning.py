"""How much corrections improve verdicts: ``python -m benchmarks.learning FILE.csv``.

``FILE.csv`` has the columns ``text`` and ``label``: positive, neutral, negative, or yes, no for action required. Even
rows are corrected, in three random orders; odd rows report. Uncorrected even rows are anchors: their labels are not
read. ``--wrong-first`` corrects the wrong verdicts first, as people do. Needs scikit-learn.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.classification import MESSAGE, microseconds, read_rows
from tickets.classification.classify import classify_ticket, prior_of
from tickets.classification.learning.features import CLASSES, Kind, terms_of, ticket_words
from tickets.classification.learning.weights import LearnedWeights
from tickets.learning.fitting import Label, Text, fit

CORRECTIONS = (0, 50, 200, 800)
SHUFFLES = 3
MOST_ANCHORS = 1_000


def kind_of(labels: set[str]) -> Kind:
    """The verdict that these labels are of."""
    for kind, values in CLASSES.items():
        if labels <= set(values):
            return kind
    raise SystemExit(f"Unknown labels: {', '.join(sorted(labels))}")


def read_text(number: int, text: str) -> Text:
    """A row as training sees it."""
    return Text(str(number), frozenset(terms_of(ticket_words(text))), prior_of(subject="", message=text))


def verdict(kind: Kind, text: str, learned: LearnedWeights | None) -> int:
    """The verdict on a text, as an index of its values."""
    found = getattr(classify_ticket(subject="", message=text, learned=learned), kind)
    return CLASSES[kind].index(found if isinstance(found, str) else "yes" if found else "no")


def figures(right: Sequence[int], given: Sequence[int], values: int) -> tuple[float, list[float], float]:
    """Macro-F1, recall by value, accuracy."""
    f1, recall = [], []
    for value in range(values):
        hits = sum(a == b == value for a, b in zip(right, given, strict=True))
        f1.append(2 * hits / max(right.count(value) + given.count(value), 1))
        recall.append(hits / max(right.count(value), 1))
    return sum(f1) / values, recall, sum(a == b for a, b in zip(right, given, strict=True)) / len(right)


def main(arguments: list[str]) -> None:
    """Prints the curve."""
    wrong_first = "--wrong-first" in arguments
    rows = read_rows(Path(next(each for each in arguments if not each.startswith("--"))))
    kind = kind_of({label for _, label in rows})
    names = CLASSES[kind]
    texts = [read_text(number, text) for number, (text, _) in enumerate(rows)]
    labels = [names.index(label) for _, label in rows]
    reported = range(1, len(rows), 2)
    right = [labels[number] for number in reported]
    print(f"{kind}: {len(rows)} rows, {len(right)} reported\n")
    print("corrections  macro-F1  accuracy  " + "  ".join(f"recall {name}" for name in names))
    learned: LearnedWeights | None = None
    for count in CORRECTIONS:
        results = []
        for shuffle in range(SHUFFLES if count else 1):
            order = list(range(0, len(rows), 2))
            random.Random(shuffle).shuffle(order)
            if wrong_first:
                order.sort(key=lambda number: texts[number].prior.class_of(kind) == labels[number])
            corrected, others = order[:count], order[count:]
            if count:
                found = fit(
                    kind,
                    [Label(texts[number], labels[number]) for number in sorted(corrected)],
                    [
                        texts[number]
                        for number in sorted(random.Random(shuffle).sample(others, min(MOST_ANCHORS, len(others))))
                    ],
                    vetoed=frozenset(),
                )
                learned = LearnedWeights(1, {kind: found})
            given = [verdict(kind, rows[number][0], learned) for number in reported]
            results.append(figures(right, given, len(names)))
        f1, accuracy = (sum(each[place] for each in results) / len(results) for place in (0, 2))  # type: ignore[misc]
        recalls = [sum(each[1][value] for each in results) / len(results) for value in range(len(names))]
        print(
            f"{count:11}  {f1:8.3f}  {accuracy:8.3f}  "
            + "  ".join(f"{recall:{len(name) + 7}.3f}" for name, recall in zip(names, recalls, strict=True))
        )
    assert learned is not None
    without = microseconds(lambda: classify_ticket(subject="", message=MESSAGE))
    with_weights = microseconds(lambda: classify_ticket(subject="", message=MESSAGE, learned=learned))
    terms = sum(len(each.terms) for each in learned.verdicts.values())
    print(
        f"\none message of {len(MESSAGE)} characters: {without:.1f} µs, with {terms} learned terms {with_weights:.1f} µs"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
