"""Asks the rivals the same questions on the same data, and compares every cell with ours.

    run.py RESULTS [--only QUESTION,…] [--peers duck,click,polar] [--scale 1.0]

RESULTS is the folder that `cargo bench -p terning-benches` wrote (TERNING_BENCH_OUT). Each rival
runs in a process of its own, so that no other's threads are counted. Writes peers.csv there.
"""

import argparse
import csv
import importlib
import multiprocessing
from pathlib import Path

COLUMNS = ["peer", "question", "kind", "formulation", "median", "min", "max", "runs", "cells",
           "difference"]


def ask_all(module, results, only, scale, queue):
    import clock
    import compare
    from tables import Tables

    tables = Tables(results / "tables")
    rival = importlib.import_module(module)
    for question, formulations in rival.Peer(tables).questions().items():
        if only and question not in only:
            continue
        mine = compare.ours(results / "cells", question)
        for kind, name, call in formulations:
            try:
                wrong = compare.difference(mine, compare.theirs(question, call(), tables.texts))
                times = clock.measure(call, scale)
            except Exception as error:  # a rival that cannot answer is reported, not hidden
                queue.put([rival.NAME, question, kind, name, "", "", "", 0, 0, repr(error)[:2000]])
                continue
            queue.put([rival.NAME, question, kind, name, f"{times.median:.4f}",
                       f"{times.min:.4f}", f"{times.max:.4f}", times.runs, len(mine), wrong])
    queue.put(None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--peers", default="duck,click,polar")
    parser.add_argument("--scale", type=float, default=1.0, help="of the number of runs")
    args = parser.parse_args()
    only = set(filter(None, args.only.split(",")))
    context = multiprocessing.get_context("spawn")
    failed = False
    with open(args.results / "peers.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(COLUMNS)
        for module in args.peers.split(","):
            queue = context.SimpleQueue()
            task = (module, args.results, only, args.scale, queue)
            process = context.Process(target=ask_all, args=task)
            process.start()
            while (line := receive(queue, process)) is not None:
                out.writerow(line)
                file.flush()
                print(*line, flush=True)
                failed |= bool(line[-1])
            process.join()
            if process.exitcode != 0:
                print(f"{module}: the process ended with code {process.exitcode}", flush=True)
                failed = True
    return int(failed)


def receive(queue, process):
    """The next line; nothing where the process has ended without one."""
    while not queue._reader.poll(1):
        if not process.is_alive():
            return None
    return queue.get()


if __name__ == "__main__":
    raise SystemExit(main())
