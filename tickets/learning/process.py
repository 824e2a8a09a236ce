"""The training process: ``python -m tickets.learning.process`` reads a request and writes what was learned as JSON.

scikit-learn needs memory that a worker would keep, so training has a process of its own, which ends. Tickets and pages come
first: it yields to them, it has a limit of computing time, and where memory runs out Linux ends it before any other.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Final

from tickets.learning.request import TrainingRequest

MOST_SECONDS: Final = 300
"""Of computing. On a busy machine that takes several times as long."""
_ENDS_FIRST: Final = "1000"


def main() -> None:
    request = TrainingRequest.of(sys.stdin.buffer)
    from tickets.learning.learn import learn

    json.dump(learn(request), sys.stdout)


def give_way() -> None:
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    if sys.platform == "linux":
        Path("/proc/self/oom_score_adj").write_text(_ENDS_FIRST, encoding="ascii")


if __name__ == "__main__":
    give_way()
    main()
