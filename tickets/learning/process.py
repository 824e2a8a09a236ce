"""The training process: ``python -m tickets.learning.process`` reads a request as JSON and writes what was learned.

scikit-learn needs memory that a worker would keep, so training has a process of its own, which ends.
"""

import json
import os
import sys

from tickets.learning.request import TrainingRequest


def main() -> None:
    request = TrainingRequest.of(json.load(sys.stdin))
    from tickets.learning.learn import learn

    json.dump(learn(request), sys.stdout)


if __name__ == "__main__":
    os.nice(10)  # tickets and pages come first
    main()
