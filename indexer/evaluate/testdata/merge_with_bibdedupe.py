"""Merges lists of records with bib-dedupe, none with another list, twice.

Prints "idle" when loaded, reads a line of JSON, a list of lists of records, and
answers with one: "first" and "again", the seconds from the records to the groups,
"cpu", the seconds of processors for both, with those of the processes that it
starts, "peak_mb", the most memory this process has had resident, in 10^6 bytes (the
others have theirs besides), and "groups", one list for each list of records. Started by BenchmarkDedup; bib-dedupe is on PyPI.
"""
import json
import os
import sys
import time

import pandas as pd
from bib_dedupe import bib_dedupe, verbose_print

verbose_print.verbosity_level = 0


def merge(records):
    # It starts processes for whatever is not asked to stay on one processor, and says
    # itself of one step that this does not pay below 100 records.
    cpu = 1 if len(records) < 100 else -1
    prepared = bib_dedupe.prep(pd.DataFrame(records), cpu=cpu)
    matched = bib_dedupe.match(bib_dedupe.block(prepared, cpu=cpu), cpu=cpu)
    if len(lists) > 1:
        # It fails on two records by themselves of which neither has authors, and is
        # faster on many at once; what it finds between two lists does not count.
        matched = matched[matched.ID_1.str.split("|").str[0] == matched.ID_2.str.split("|").str[0]]
    return bib_dedupe.cluster(matched)


def timed():
    start = time.perf_counter()
    groups = merge([record for records in lists for record in records])
    return time.perf_counter() - start, groups


def peak_mb():
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0


print("idle", flush=True)
lists = json.loads(sys.stdin.readline())
for n, records in enumerate(lists):
    for record in records:
        record["ID"] = f"{n}|{record['ID']}"
busy = sum(os.times()[:4])
first, found = timed()
again, _ = timed()
cpu = sum(os.times()[:4]) - busy
groups = [[] for _ in lists]
for group in found:
    groups[int(group[0].split("|")[0])].append([id.split("|", 1)[1] for id in group])
print(json.dumps({"first": first, "again": again, "cpu": cpu, "peak_mb": peak_mb(), "groups": groups}), flush=True)
