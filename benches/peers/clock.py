"""Times a call in CPU milliseconds, all threads of the process together."""

import time
from dataclasses import dataclass


@dataclass
class Times:
    median: float
    min: float
    max: float
    runs: int


def measure(call, scale=1.0):
    """At least 30 runs of a fast call, 5 of one that takes more than half a second."""
    once(call)
    warm = once(call)
    runs = 31 if warm < 500 else 5
    runs = max(1, round(runs * scale))
    for _ in range(min(runs, 3) if warm < 500 else 0):
        once(call)
    times = sorted(once(call) for _ in range(runs))
    return Times(times[len(times) // 2], times[0], times[-1], runs)


def once(call):
    began = time.process_time()
    call()
    return (time.process_time() - began) * 1000
