"""Evaluations until CMA-ES with restarts reaches a target, by pycma: 101 or 401 runs.

The box is [-5, 5] in every dimension, and every run of a search starts anywhere in it with a step of 0.3 of its width. With
IPOP the population doubles with every restart, with BIPOP large and small populations take turns.

Run from the root: python tools/science/evolution_restarts.py > crates/science/tests/references/evolution_restarts.json
"""
import json
import sys
import warnings

import cma
import numpy as np

from test_functions import FUNCTIONS

TARGET = 1e-8
MOST = 2_000_000
CASES = [("ipop", "rastrigin", 5, 101), ("bipop", "rastrigin", 5, 401)]


class Reached(Exception):
    """The target was reached."""


class Watched:
    """A function that counts evaluations and ends the search at the target."""

    def __init__(self, function):
        self.function, self.spent = function, 0

    def __call__(self, points):
        values = self.function(np.array(points))
        hits = np.flatnonzero(values <= TARGET)
        if len(hits) > 0:
            self.spent += int(hits[0]) + 1
            raise Reached
        self.spent += len(points)
        return list(values)


def run(restarts, function, dimension, seed):
    """How many evaluations it took; none if it took too many."""
    np.random.seed(seed)
    watched = Watched(function)
    options = {"bounds": [-5, 5], "seed": np.nan, "verbose": -9, "verb_log": 0, "maxfevals": MOST,
               "eval_final_mean": False}
    try:
        cma.fmin2(None, lambda: np.random.uniform(-5, 5, dimension), 3.0, options, parallel_objective=watched,
                  restarts=1000, bipop=restarts == "bipop")
    except Reached:
        return watched.spent
    return None


warnings.simplefilter("ignore")
print(f'{{"pycma": "{cma.__version__.split()[0]}", "cases": [', end="")
for place, (restarts, name, dimension, runs) in enumerate(CASES):
    evaluations = [run(restarts, FUNCTIONS[name], dimension, seed) for seed in range(1, runs + 1)]
    case = {"algorithm": restarts, "function": name, "dimension": dimension, "target": TARGET, "evaluations": evaluations}
    print("," * (place > 0) + "\n" + json.dumps(case), end="", flush=True)
    print(restarts, name, dimension, np.mean([e or MOST for e in evaluations]), file=sys.stderr, flush=True)
print("\n]}")
