"""Reads a whole list over OAI-PMH with sickle and keeps nothing.

Prints "idle" when loaded, waits for a line, and prints how many records came and
the seconds it took. Started by BenchmarkOAIHarvest; sickle is on PyPI.
"""
import sys
import time

from sickle import Sickle

client = Sickle(sys.argv[1])
print("idle", flush=True)
sys.stdin.readline()
start = time.perf_counter()
records = titled = 0
for record in client.ListRecords(metadataPrefix="oai_dc"):
    records += 1
    titled += "title" in record.metadata
if titled != records:
    sys.exit(f"{records - titled} records have no title")
print(records, time.perf_counter() - start, flush=True)
