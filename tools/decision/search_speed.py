"""Time of numpy and usearch for the question of crates/decision/benches/cascade.rs: the best of 10,000 documents.

Run from the root: python tools/decision/search_speed.py
Prints the median microseconds of one search, and the ratio to the bench where its results are under target/criterion.
What they search is random, because none of them skips anything. usearch finds the nearest, without confidence, recency
and tags.
"""

import json
import os
import statistics
import time
from pathlib import Path

import numpy as np
import usearch.index as usearch

DOCUMENTS, COMPONENTS, QUERIES = 10_000, 48, 500


def differences(rows, priors, query):
    distance = ((rows - query) ** 2).sum(axis=1)
    return np.argmax(0.4 / (1 + 4 * distance) + priors)


def products(rows, squares, priors, query):
    """Distances from products, which BLAS makes fast; they cancel where documents are near."""
    distance = squares - 2 * (rows @ query) + query @ query
    return np.argmax(0.4 / (1 + 4 * distance) + priors)


def nearest(rows, query):
    return usearch.search(rows, query, 1, usearch.MetricKind.L2sq, exact=True, threads=1)


def bench():
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    path = target / "criterion" / "documents" / "played_search" / "1" / "new" / "estimates.json"
    return json.loads(path.read_text())["median"]["point_estimate"] / 1e3 if path.exists() else None


def main():
    draws = np.random.default_rng(1)
    rows = draws.random((DOCUMENTS, COMPONENTS), dtype=np.float32)
    priors = draws.random(DOCUMENTS, dtype=np.float32)
    squares = (rows**2).sum(axis=1)
    ours = bench()
    for name, search in {
        "numpy, differences": lambda query: differences(rows, priors, query),
        "numpy, products": lambda query: products(rows, squares, priors, query),
        "usearch, exact": lambda query: nearest(rows, query),
    }.items():
        times = []
        for query in draws.random((QUERIES, COMPONENTS), dtype=np.float32):
            start = time.perf_counter()
            search(query)
            times.append(1e6 * (time.perf_counter() - start))
        median = statistics.median(times)
        print(f"{name}: {median:.1f} us" + (f", {median / ours:.1f} times the bench's {ours:.1f} us" if ours else ""))


if __name__ == "__main__":
    main()
