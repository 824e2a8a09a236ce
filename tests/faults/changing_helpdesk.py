"""A scripted helpdesk whose tickets are added, changed, deleted and returned, all after one seed."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tests.builders import record
from tests.helpdesk import ScriptedHelpdesk

_MESSAGES = (
    "How does it work",
    "We will file a lawsuit over this",
    "Thank you, all is well now",
    "I am furious, this is unacceptable",
    "Please help, I need a refund immediately",
    "There was a data breach at your side",
    "Where do I find\r\nthe invoice?",
)
_STATES = ("open", "pending", "resolved", "closed")
MOST_ABSENT = 8


class ChangingHelpdesk(ScriptedHelpdesk):
    """Lists its tickets in one `order`. Some of those that go are listed as deleted, others are merely absent.

    `strange`: also a record of another tenant and one that cannot be kept.
    """

    def __init__(
        self,
        seed: int,
        *,
        size: int = 40,
        tenant_id: str = "acme",
        strange: bool = True,
        order: Literal["id", "oldest change first", "newest change first"] = "id",
    ) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self._tenant_id = tenant_id
        self._order = order
        self._began = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
        self._ticks = 0
        self._made = 0
        self._gone: list[dict[str, Any]] = []
        self._strange = [record("X-1", tenant_id="globex"), record("T-bad", created_at="soon")] if strange else []
        for _ in range(size):
            self.add()

    def add(self, **values: Any) -> None:
        self._made += 1
        now = self.tick()
        self._list(
            record(
                f"T-{self._made:04d}",
                **{
                    "tenant_id": self._tenant_id,
                    "customer_id": f"cust_{self.random.randrange(9)}",
                    "message": self.random.choice(_MESSAGES),
                    "created_at": now,
                    "updated_at": now,
                    **values,
                },
            )
        )

    def edit(self, id_: str | None = None, **values: Any) -> None:
        what = self.random.choice(["message", "status", "subject"])
        new = {
            "message": self.random.choice(_MESSAGES),
            "status": self.random.choice(_STATES),
            "subject": f"Question {self._ticks}",
        }[what]
        self._list({**self._pick(id_), **(values or {what: new}), "updated_at": self.tick()})

    def touch(self) -> None:
        """The stamp moves, and nothing else."""
        self._list({**self._pick(), "updated_at": self.tick()})

    def remove(self, id_: str | None = None, *, listed: bool | None = None) -> None:
        absent = [each for each in self._gone if each["id"] not in self.deleted]
        old = self._pick(id_)
        self._unlist(old)
        self._gone.append(old)
        if listed is None:
            listed = len(absent) >= MOST_ABSENT or self.random.random() < 0.5
        if listed:
            self.deleted = [*self.deleted, old["id"]]

    def bring_back(self) -> None:
        if not self._gone:
            return self.add()
        back = self._gone.pop(self.random.randrange(len(self._gone)))
        self.deleted = [each for each in self.deleted if each != back["id"]]
        return self._list({**back, "status": self.random.choice(_STATES), "updated_at": self.tick()})

    def change(self, times: int = 8) -> None:
        for _ in range(times):
            self.random.choice([self.add, self.edit, self.edit, self.touch, self.remove, self.bring_back])()

    def tick(self) -> str:
        """A moment that moves on by a second with every change."""
        self._ticks += 1
        return f"{self._began + timedelta(seconds=self._ticks):%Y-%m-%dT%H:%M:%SZ}"

    def _pick(self, id_: str | None = None) -> dict[str, Any]:
        return self.random.choice(
            [each for each in self.tickets if each not in self._strange and id_ in (None, each["id"])]
        )

    def _list(self, changed: dict[str, Any]) -> None:
        """Add it to the listing, in one step for a concurrent reader."""
        others = [each for each in self.tickets if each["id"] != changed["id"] and each not in self._strange]
        listed = sorted([*others, changed], key=lambda each: each["id" if self._order == "id" else "updated_at"])
        self.tickets = (listed[::-1] if self._order == "newest change first" else listed) + self._strange

    def _unlist(self, gone: dict[str, Any]) -> None:
        self.tickets = [each for each in self.tickets if each["id"] != gone["id"]]
