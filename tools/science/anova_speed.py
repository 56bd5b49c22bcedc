"""Time of statsmodels for the questions of crates/science/benches/anova.rs: type II and Tukey on 100,000 rows.

Run from the root: python tools/science/anova_speed.py
Prints the milliseconds of one run of each, and the ratio to the bench where its results are under target/criterion.
"""

import json
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.multicomp import pairwise_tukeyhsd

ROWS = 100_000
LEVELS = {"a": 5, "b": 4, "c": 3}
MASK = (1 << 64) - 1


def rows():
    """The sequence of the bench."""
    state = 1
    columns = {name: [] for name in [*LEVELS, "y"]}

    def draw():
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        return state >> 33

    for _ in range(ROWS):
        for name, count in LEVELS.items():
            columns[name].append(draw() % count)
        columns["y"].append(draw() % 1_000_000 / 1e6 + 0.01 * columns["a"][-1])
    return pd.DataFrame(columns)


def analyse(data, factors):
    model = smf.ols("y ~ " + " * ".join(f"C({name}, Sum)" for name in factors), data).fit()
    table = anova_lm(model, typ=2)
    pairs = [pairwise_tukeyhsd(data["y"], data[name]) for name in factors]
    return table, pairs


def bench(name):
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    path = target / "criterion" / "anova" / name / "new" / "estimates.json"
    return json.loads(path.read_text())["median"]["point_estimate"] / 1e6 if path.exists() else None


def main():
    data = rows()
    for name, factors in {"one-way": ["a"], "two-way": ["a", "b"], "three-way": ["a", "b", "c"]}.items():
        times = []
        for _ in range(3):
            start = time.perf_counter()
            table, _ = analyse(data, factors)
            times.append(1e3 * (time.perf_counter() - start))
        ours = bench(name)
        ratio = f", ours {ours:.2f} ms, ratio {np.median(times) / ours:.0f}" if ours else ""
        print(f"{name}: statsmodels {np.median(times):.0f} ms, F(a) = {table['F'].iloc[0]:.6f}{ratio}")


main()
