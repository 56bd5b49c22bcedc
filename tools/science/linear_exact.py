"""Exact references for science::linear where double precision struggles: sums of squares in rational arithmetic.

Run from the root: python tools/science/linear_exact.py > crates/science/tests/references/linear_exact.json
The data are doubles, taken as the exact numbers they are; sums of squares are differences of exact residuals.
"""

import itertools
import json
import random
from fractions import Fraction

import statsmodels.api as sm

DRAW = random.Random(1989)


def residual_ss(columns, y):
    """Residual sum of squares by Gaussian elimination of the normal equations, exactly; dependent columns are skipped."""
    rows = [list(column) for column in columns] + [list(y)]
    gram = [[sum(a * b for a, b in zip(first, second)) for second in rows] for first in rows]
    rank = 0
    for place in range(len(columns)):
        pivot = gram[place][place]
        if pivot == 0:
            continue
        rank += 1
        for row in range(place + 1, len(rows)):
            share = gram[row][place] / pivot
            if share:
                gram[row] = [a - share * b for a, b in zip(gram[row], gram[place])]
    return gram[-1][-1], rank


def main_columns(values):
    if isinstance(values[0], str):
        levels = sorted(set(values))
        return [[Fraction(int(v == level) - int(v == levels[-1])) for v in values] for level in levels[:-1]]
    return [[Fraction(v) for v in values]]


def term_columns(factors, term):
    columns = [[Fraction(1)] * len(next(iter(factors.values())))]
    for name in term:
        columns = [[a * b for a, b in zip(first, second)] for first in columns for second in main_columns(factors[name])]
    return columns


def case(name, y, factors, terms):
    response = [Fraction(v) for v in y]
    by_term = {term: term_columns(factors, term) for term in terms}
    ones = [[Fraction(1)] * len(y)]

    def fit(chosen):
        return residual_ss(ones + [column for term in chosen for column in by_term[term]], response)

    full, rank = fit(terms)
    freedom = len(y) - rank
    rows = {"I": [], "II": [], "III": []}
    for place, term in enumerate(terms):
        pairs = {
            "I": (terms[:place], terms[: place + 1]),
            "II": ([t for t in terms if not set(term) <= set(t)], None),
            "III": ([t for t in terms if t != term], terms),
        }
        for kind, (before, after) in pairs.items():
            after = before + [term] if after is None else after
            (less, low), (more, high) = fit(before), fit(after)
            ss = less - more
            rows[kind].append({"name": ":".join(term), "df": high - low, "ss": float(ss),
                               "f": float(ss / (high - low) / (full / freedom))})
    return {"name": name, "y": y, "factors": factors, "formula": " + ".join(":".join(term) for term in terms),
            "residual_df": freedom, "residual_ss": float(full), "types": rows}


def levels(*counts):
    """Level names of a crossed design, one list per factor."""
    runs = list(itertools.product(*(range(count) for count in counts)))
    return [[f"l{run[factor]}" for run in runs] for factor in range(len(counts))]


def noise(size, sd=1.0):
    return [DRAW.gauss(0, sd) for _ in range(size)]


def main():
    cases = []
    a, b, _ = levels(3, 2, 4)
    cases.append(case("tiny variance", [1e9 + 1e-4 * e for e in noise(24)], {"a": a, "b": b}, [("a",), ("b",), ("a", "b")]))
    keep = [i for i in range(24) if i % 5]
    cases.append(case("tiny variance, unbalanced", [-1e9 + 1e-4 * (e + (a[i] == "l1")) for i, e in zip(keep, noise(24))],
                      {"a": [a[i] for i in keep], "b": [b[i] for i in keep]}, [("a",), ("b",), ("a", "b")]))
    cases.append(case("huge values", [1e120 * (1 + 1e-3 * e) for e in noise(24)], {"a": a, "b": b}, [("a",), ("b",)]))
    cases.append(case("tiny values", [1e-110 * (1 + e) for e in noise(24)], {"a": a, "b": b}, [("a",), ("b",)]))
    x = [DRAW.uniform(0, 10) for _ in range(30)]
    for size in (1e-3, 1e-6):
        z = [v + size * e for v, e in zip(x, noise(30))]
        y = [1 + 2 * v - w + e for v, w, e in zip(x, z, noise(30))]
        cases.append(case(f"nearly collinear by {size:g}", y, {"x": x, "z": z}, [("x",), ("z",)]))
    shifted = [1e8 + v for v in x]
    y = [v / 3 + e for v, e in zip(x, noise(30))]
    g = [f"l{i % 3}" for i in range(30)]
    cases.append(case("covariate far from zero", y, {"g": g, "x": shifted}, [("g",), ("x",)]))
    cases.append(case("covariate and slopes far from zero", y, {"g": g, "x": [1e3 + v for v in x]}, [("g",), ("x",), ("g", "x")]))
    t = [i / 4 for i in range(21)]
    powers = {f"x{p}": [v**p for v in t] for p in range(1, 7)}
    y = [sum(v**p / 7**p for p in range(7)) + e for v, e in zip(t, noise(21, 0.1))]
    cases.append(case("polynomial of degree 6", y, powers, [(name,) for name in powers]))
    longley = sm.datasets.longley.load_pandas()
    columns = {name: [float(v) for v in longley.exog[name]] for name in longley.exog}
    cases.append(case("longley", [float(v) for v in longley.endog], columns, [(name,) for name in columns]))
    print(json.dumps(cases))


main()
