"""How well and how fast tickets are judged by their words: ``python -m benchmarks.classification [DATA_DIR]``.

``DATA_DIR`` holds ``sentiment_reviews.csv`` (columns text, label: positive, neutral, negative) and
``action_required.csv`` (text, label: yes, no). Even rows were read while the rules were written; of odd rows only the
totals were watched, so they say more, but a set that nobody has seen says most. Without a directory only the time is
taken.
"""

from __future__ import annotations

import csv
import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tickets.classification.classify import classify_ticket
from tickets.classification.topics.keywords import keywords
from tickets.classification.vocabularies.english import VOCABULARY

Judge = Callable[[str], str]

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
    """The sentiment as the product judges it."""
    return classify_ticket(subject="", message=text).sentiment


def our_action(text: str) -> str:
    """Whether action is required as the product judges it."""
    return "yes" if classify_ticket(subject="", message=text).requires_action else "no"


def scores(rows: Iterable[tuple[str, str]], judge: Judge) -> tuple[float, float]:
    """Accuracy and macro-F1 of ``judge`` over rows of text and label."""
    pairs = [(label, judge(text)) for text, label in rows]
    f1 = []
    for wanted in sorted({label for label, _ in pairs}):
        right = sum(label == wanted == verdict for label, verdict in pairs)
        wrong = sum((label == wanted) != (verdict == wanted) for label, verdict in pairs)
        f1.append(2 * right / (2 * right + wrong))
    return sum(label == verdict for label, verdict in pairs) / len(pairs), sum(f1) / len(f1)


def read_rows(path: Path) -> list[tuple[str, str]]:
    """Text and label of every row of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["label"]) for row in csv.DictReader(file)]


def print_quality(directory: Path) -> None:
    """Prints one line a file, half and judge."""
    print(f"{'set':<10} {'rows':<22} {'judge':<12} accuracy  macro-F1")
    for name, file, judges in (
        ("sentiment", "sentiment_reviews.csv", (("plain words", plain_sentiment), ("ours", our_sentiment))),
        ("action", "action_required.csv", (("plain words", plain_action), ("ours", our_action))),
    ):
        rows = read_rows(directory / file)
        for half, chosen in (("even (looked at)", rows[::2]), ("odd (reported)", rows[1::2])):
            for judge_name, judge in judges:
                accuracy, f1 = scores(chosen, judge)
                print(f"{name:<10} {half + f', {len(chosen)}':<22} {judge_name:<12} {accuracy:8.3f}  {f1:8.3f}")


def microseconds(call: Callable[[], object]) -> float:
    """The best of several rounds, in microseconds a call."""
    best = float("inf")
    for _ in range(9):
        started = time.perf_counter()
        for _ in range(400):
            call()
        best = min(best, (time.perf_counter() - started) / 400)
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
    _ = VOCABULARY.automaton
    built = time.perf_counter() - started
    patterns = alternations()
    ours = microseconds(lambda: classify_ticket(subject="", message=MESSAGE))
    search = microseconds(lambda: [pattern.findall(MESSAGE) for pattern in patterns])
    words = microseconds(lambda: keywords(subject="", message=MESSAGE))
    print(f"\none message of {len(MESSAGE)} characters             µs    ratio")
    print(f"classify_ticket, verdicts and evidence   {ours:8.1f}   {1:5.2f}")
    print(f"regular expressions, finding terms only  {search:8.1f}   {search / ours:5.2f}")
    print(f"topics                                   {words:8.1f}   {words / ours:5.2f}")
    print(f"building the automaton, once a process: {built * 1000:.0f} ms")


def main(arguments: list[str]) -> None:
    """Prints the table; with no directory, how to name one."""
    if arguments:
        print_quality(Path(arguments[0]))
    else:
        print("Quality is measured with: python -m benchmarks.classification DATA_DIR")
        print("DATA_DIR/sentiment_reviews.csv and DATA_DIR/action_required.csv, columns text and label")
    print_times()


if __name__ == "__main__":
    main(sys.argv[1:])
