"""Evaluations until a genetic algorithm reaches a target, by pymoo: 51 runs for each function and dimension, 401 for
some.

The box is [-5, 5] in every dimension, and a run starts with a population anywhere in it. The operators are Deb's: binary
tournaments, simulated binary crossover and polynomial mutation, and the best of parents and children survive. A target is
the lowest power of ten that five runs of a first look all reached within 10,000 evaluations; a run ends after 20,000. Many
runs are made where fewer than 49 of 51 reached the target.

Run from the root: python tools/science/evolution_ga.py > crates/science/tests/references/evolution_ga.json
"""
import json
import sys

import numpy as np
import pymoo
from pymoo.algorithms.soo.nonconvex.ga import GA
from pymoo.core.problem import Problem
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.termination import get_termination

from test_functions import FUNCTIONS, RUNS

MOST = 20_000
MANY = 401
CASES = [
    ("sphere", 5, 1e-5, RUNS),
    ("ellipsoid", 5, 1e-1, MANY),
    ("cigar", 5, 1e1, RUNS),
    ("different_powers", 5, 1e-7, MANY),
    ("rosenbrock", 5, 1e1, RUNS),
    ("rastrigin", 5, 1e-2, RUNS),
    ("ackley", 5, 1e-2, RUNS),
    ("sphere", 10, 1e-3, RUNS),
    ("ellipsoid", 10, 1e0, MANY),
    ("cigar", 10, 1e3, RUNS),
    ("different_powers", 10, 1e-5, RUNS),
    ("rosenbrock", 10, 1e1, MANY),
    ("rastrigin", 10, 1e-1, RUNS),
    ("ackley", 10, 1e-1, RUNS),
]


class Watched(Problem):
    """A function that notes how many evaluations it took to reach the target."""

    def __init__(self, function, dimension, target):
        super().__init__(n_var=dimension, n_obj=1, xl=-5.0, xu=5.0)
        self.function, self.target, self.spent, self.reached = function, target, 0, None

    def _evaluate(self, points, out, *args, **kwargs):
        out["F"] = self.function(points)
        hits = np.flatnonzero(out["F"] <= self.target)
        if self.reached is None and len(hits) > 0:
            self.reached = int(self.spent + hits[0] + 1)
        self.spent += len(points)


def run(function, dimension, target, seed):
    """How many evaluations it took; none if it took too many."""
    problem = Watched(function, dimension, target)
    algorithm = GA(pop_size=100, crossover=SBX(prob=0.9, prob_var=0.5, eta=15),
                   mutation=PM(prob=1.0, prob_var=1 / dimension, eta=20))
    algorithm.setup(problem, termination=get_termination("n_eval", MOST), seed=seed)
    while problem.reached is None and algorithm.has_next():
        algorithm.next()
    return problem.reached


print(f'{{"pymoo": "{pymoo.__version__}", "cases": [', end="")
for place, (name, dimension, target, runs) in enumerate(CASES):
    evaluations = [run(FUNCTIONS[name], dimension, target, seed) for seed in range(1, runs + 1)]
    case = {"algorithm": "genetic", "function": name, "dimension": dimension, "target": target,
            "evaluations": evaluations}
    print("," * (place > 0) + "\n" + json.dumps(case), end="", flush=True)
    print(name, dimension, target, np.median([e or MOST for e in evaluations]), file=sys.stderr, flush=True)
print("\n]}")
