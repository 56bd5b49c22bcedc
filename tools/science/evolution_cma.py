"""Evaluations until CMA-ES reaches a target, by pycma: 51 runs for each function and dimension.

The box is [-5, 5] in every dimension, a run starts anywhere in it with a step of 0.3 of its width, and restarts anywhere
with twice the population.

Run from the root: python tools/science/evolution_cma.py > crates/science/tests/references/evolution_cma.json
"""
import json
import sys
import warnings

import cma
import numpy as np

from test_functions import FUNCTIONS, RUNS

TARGET = 1e-8
MOST = 2_000_000
PLAIN = ("sphere", "ellipsoid", "cigar", "different_powers")
CASES = [("cma_es", name, dimension) for dimension in (5, 10) for name in FUNCTIONS if name != "rastrigin"]
CASES += [("cma_es", name, 20) for name in PLAIN]
CASES += [("separable_cma_es", name, 5) for name in PLAIN]
CASES += [("separable_cma_es", name, 10) for name in ("sphere", "ellipsoid")]


def run(algorithm, function, dimension, seed):
    """How many evaluations it took; none if it took too many."""
    np.random.seed(seed)
    spent = 0
    options = {"bounds": [-5, 5], "seed": np.nan, "verbose": -9, "verb_log": 0, "ftarget": TARGET,
               "maxfevals": MOST, "CMA_diagonal": algorithm == "separable_cma_es"}
    population = 4 + int(3 * np.log(dimension))
    while spent < MOST:
        start = np.random.uniform(-5, 5, dimension)
        strategy = cma.CMAEvolutionStrategy(start, 3.0, dict(options, popsize=population))
        while not strategy.stop():
            points = strategy.ask()
            values = function(np.array(points))
            hits = np.flatnonzero(values <= TARGET)
            if len(hits) > 0:
                return int(spent + hits[0] + 1)
            spent += len(points)
            strategy.tell(points, list(values))
        population *= 2
    return None


warnings.simplefilter("ignore")
print(f'{{"pycma": "{cma.__version__.split()[0]}", "cases": [', end="")
for place, (algorithm, name, dimension) in enumerate(CASES):
    evaluations = [run(algorithm, FUNCTIONS[name], dimension, seed) for seed in range(1, RUNS + 1)]
    case = {"algorithm": algorithm, "function": name, "dimension": dimension, "target": TARGET,
            "evaluations": evaluations}
    print("," * (place > 0) + "\n" + json.dumps(case), end="", flush=True)
    print(algorithm, name, dimension, np.median([e or MOST for e in evaluations]), file=sys.stderr, flush=True)
print("\n]}")
