"""``python -m tests.bench.peers.drive MODULE``: a peer's own client, told by lines what to do.

Each line of the input is JSON, ``{"call": NAME, "rows": N}``; each answer is the seconds from a JSON text of the
records, parsed as a service must, to all results in hand.
"""

import importlib
import json
import sys
import time

from tests.bench.peers.work import records_of


def main() -> None:
    peer = importlib.import_module(sys.argv[1])
    for line in sys.stdin:
        asked = json.loads(line)
        body = json.dumps({"records": records_of(asked["rows"])})
        started = time.perf_counter()
        results = getattr(peer, asked["call"])(json.loads(body)["records"])
        seconds = time.perf_counter() - started
        assert [result["id"] for result in results] == [str(row) for row in range(1, asked["rows"] + 1)]
        sys.stdout.write(f"{seconds}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
