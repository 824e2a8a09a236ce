"""How well and how fast tickets are classified by their words: ``python -m benchmarks.classification [DATA_DIR]``.

The gold set of the tests is measured always: short messages to airlines, banks, shops and others; its rows marked
``held back`` were written after the vocabulary. ``DATA_DIR`` holds ``sentiment_reviews.csv`` (columns text, label:
positive, neutral, negative) and ``action_required.csv`` (text, label: yes, no). Even rows were read while the
vocabulary was written; of odd rows only the totals were watched, so they say more, but a set that nobody has seen says
most. Five folds of each set show how much the numbers depend on the choice of rows.
"""

from __future__ import annotations

import csv
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tickets.classification.classify import classify_ticket
from tickets.classification.topics.keywords import keywords
from tickets.classification.vocabularies.english import VOCABULARY

Classify = Callable[[str], str]

GOLD_SET = Path(__file__).parent.parent / "tests" / "classification" / "gold_set.csv"

# The baseline: the few words one starts with, found anywhere in the text
_PLAIN_NEGATIVE = (
    "angry",
    "frustrated",
    "terrible",
    "awful",
    "horrible",
    "disappointed",
    "unacceptable",
    "worst",
    "hate",
    "broken",
)
_PLAIN_POSITIVE = (
    "thank",
    "great",
    "love",
    "excellent",
    "happy",
    "awesome",
    "perfect",
    "pleased",
    "wonderful",
    "amazing",
)
_PLAIN_ACTION = ("need", "require", "request", "please help", "can you", "would like", "want to", "looking for")

COMPLAINT = (
    "Third call in two weeks and still no answer. You promised that somebody would come on Monday, I waited all day and "
    "nobody showed up. Your line put me on hold for 50 minutes and then hung up. I was sent from one department to the "
    "next, each told me something different, and you keep charging me for a line that has been dead since March. Thanks "
    "for nothing."
)
MESSAGE = (
    "Hello team, since the update yesterday our sales people cannot open the quarterly report in the portal any more. "
    "The page loads for about a minute and then shows an error that the session has expired. We tried another browser "
    "and cleared the cache, without success. Could you have a look at this today? The numbers are needed for a meeting "
    "with our largest customer on Friday and I am getting a little worried. I attached a screenshot of what we see. "
    "If you need anything else, let me know and I will send it. Thanks,\nMaria, Finance"
)


def plain_sentiment(text: str) -> str:
    """Positive or negative by whichever plain words there are more of."""
    text = text.lower()
    balance = sum(word in text for word in _PLAIN_POSITIVE) - sum(word in text for word in _PLAIN_NEGATIVE)
    return "positive" if balance > 0 else "negative" if balance < 0 else "neutral"


def plain_action(text: str) -> str:
    """Yes where any of the plain words is in the text."""
    text = text.lower()
    return "yes" if any(word in text for word in _PLAIN_ACTION) else "no"


def our_sentiment(text: str) -> str:
    """The sentiment as the product classifies it."""
    return classify_ticket(subject="", message=text).sentiment


def our_action(text: str) -> str:
    """Whether action is required as the product says."""
    return "yes" if classify_ticket(subject="", message=text).requires_action else "no"


@dataclass(frozen=True, slots=True)
class Quality:
    """The counts of pairs of the right label and the verdict."""

    pairs: Counter[tuple[str, str]]

    @property
    def accuracy(self) -> float:
        return sum(count for (label, verdict), count in self.pairs.items() if label == verdict) / self.pairs.total()

    @property
    def labels(self) -> list[str]:
        return sorted({label for label, _ in self.pairs})

    @property
    def macro_f1(self) -> float:
        return sum(map(self.f1, self.labels)) / len(self.labels)

    def precision(self, label: str) -> float:
        return self.pairs[label, label] / max(1, sum(n for (_, verdict), n in self.pairs.items() if verdict == label))

    def recall(self, label: str) -> float:
        return self.pairs[label, label] / max(1, sum(n for (wanted, _), n in self.pairs.items() if wanted == label))

    def f1(self, label: str) -> float:
        precision, recall = self.precision(label), self.recall(label)
        return 2 * precision * recall / ((precision + recall) or 1)


Row = tuple[str, str]
"""A text and its label."""


def quality(rows: Iterable[Row], classify: Classify) -> Quality:
    return Quality(Counter((label, classify(text)) for text, label in rows))


def read_rows(path: Path, label: str = "label") -> list[Row]:
    """Text and label of every row of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row[label]) for row in csv.DictReader(file)]


def print_quality(name: str, parts: Sequence[tuple[str, Sequence[Row]]], ways: Sequence[tuple[str, Classify]]) -> None:
    """Prints one line a part and way to classify, and precision and recall of each label for the last way, ours."""
    for part, rows in parts:
        for way, classify in ways:
            found = quality(rows, classify)
            print(f"{name:<10} {f'{part}, {len(rows)}':<24} {way:<12} {found.accuracy:8.3f}  {found.macro_f1:8.3f}")
        for label in found.labels:
            print(f"{'':<35} {label:<12} {found.precision(label):8.3f}  {found.recall(label):8.3f}")
    rows = [row for _, part in parts for row in part]
    folds = sorted(quality(rows[fold::5], ways[-1][1]).macro_f1 for fold in range(5))
    print(f"{name:<10} {'five folds':<24} {'ours':<12} {'':>8}  {folds[0]:.3f} to {folds[-1]:.3f}")


def print_qualities(directory: Path | None) -> None:
    """Prints the quality on the gold set, and on the files of the directory."""
    print(f"{'set':<10} {'rows':<24} {'way':<12} accuracy  macro-F1")
    print(f"{'':<35} {'label':<12} precision   recall")
    sentiment = (("plain words", plain_sentiment), ("ours", our_sentiment))
    action = (("plain words", plain_action), ("ours", our_action))
    for name, ways in (("sentiment", sentiment), ("requires_action", action)):
        print_quality(
            name.removeprefix("requires_"),
            [(part, read_gold_set(part, name)) for part in ("read", "held back")],
            ways,
        )
    if directory:
        for name, file, ways in (
            ("sentiment", "sentiment_reviews.csv", sentiment),
            ("action", "action_required.csv", action),
        ):
            rows = read_rows(directory / file)
            print_quality(name, (("even (looked at)", rows[::2]), ("odd (reported)", rows[1::2])), ways)


def read_gold_set(part: str, label: str) -> list[Row]:
    """The rows of one part, "read" or "held back"."""
    with GOLD_SET.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row[label]) for row in csv.DictReader(file) if row["part"] == part]


def microseconds(call: Callable[[], object]) -> float:
    """The best of several rounds, in microseconds of processor time a call."""
    best = float("inf")
    for _ in range(9):
        started = time.process_time()
        for _ in range(400):
            call()
        best = min(best, (time.process_time() - started) / 400)
    return best * 1e6


def alternations() -> list[re.Pattern[str]]:
    """The usual way to do it: one compiled alternation of whole words a category, longest first."""
    return [
        re.compile(
            r"\b(?:"
            + "|".join(map(re.escape, sorted((t for g in groups for t in g.terms), key=len, reverse=True)))
            + r")\b",
            re.IGNORECASE,
        )
        for groups in (VOCABULARY.urgency, VOCABULARY.sentiment, VOCABULARY.action)
    ]


def print_times() -> None:
    """Prints the times of judging one message, and of merely finding the same terms with regular expressions."""
    started = time.perf_counter()
    _ = VOCABULARY.terms
    built = time.perf_counter() - started
    patterns = alternations()
    ours = microseconds(lambda: classify_ticket(subject="", message=MESSAGE))
    angry = microseconds(lambda: classify_ticket(subject="", message=COMPLAINT))
    search = microseconds(lambda: [pattern.findall(MESSAGE) for pattern in patterns])
    words = microseconds(lambda: keywords(subject="", message=MESSAGE))
    print(f"\none message of {len(MESSAGE)} characters             µs    ratio")
    print(f"classify_ticket, verdicts and evidence   {ours:8.1f}   {1:5.2f}")
    print(f"the same, a complaint of {len(COMPLAINT)} characters {angry:8.1f}   {angry / ours:5.2f}")
    print(f"regular expressions, finding terms only  {search:8.1f}   {search / ours:5.2f}")
    print(f"topics                                   {words:8.1f}   {words / ours:5.2f}")
    print(f"building the automaton, once a process: {built * 1000:.0f} ms")


def main(arguments: list[str]) -> None:
    """Prints the tables; with no directory, how to name one."""
    if not arguments:
        print("More is measured with: python -m benchmarks.classification DATA_DIR")
        print("DATA_DIR/sentiment_reviews.csv and DATA_DIR/action_required.csv, columns text and label\n")
    print_qualities(Path(arguments[0]) if arguments else None)
    print_times()


if __name__ == "__main__":
    main(sys.argv[1:])
