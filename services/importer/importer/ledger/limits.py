"""After how much trouble a chunk is split; each kind is counted apart."""

MAX_FAILURES = 5  # reports of an operation that failed as a whole
MAX_DEATHS = 2  # children that died, or were killed at their time limit, while they held the chunk
MAX_EXPIRED = 4  # leases that ran out and were taken again; the fifth is not taken, but split
MAX_DEVICE_LOSSES = 8  # devices that failed under the chunk: by then it is the chunk that breaks them
MAX_PIECES = 16
WORKER_ALIVE_SECONDS = 15  # heartbeats come each second, of contract 2 each five
WORKER_ILL_SECONDS = 120  # one that falls ill is started again and says so anew, at most a minute apart
