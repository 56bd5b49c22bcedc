"""The eleven one-way sets of the NIST Statistical Reference Datasets, from the copies that scipy installs with its tests.

Run from the root: python tools/science/nist_anova.py > crates/science/tests/references/nist_anova.json
The generated sets are stored by their rule, which this script checks against every value: the first value of each
treatment, then 0.1 less and 0.1 more in turn.
"""

import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import scipy.stats

FOLDER = Path(scipy.stats.__file__).parent / "tests" / "data" / "nist_anova"
STEP = Decimal("0.1")


def read(path):
    lines = path.read_text().splitlines()
    first, last = map(int, re.search(r"Data +\(lines (\d+) to (\d+)\)", "\n".join(lines)).groups())
    rows = [line.split() for line in lines[first - 1 : last]]
    between = next(line for line in lines if line.startswith("Between")).split()[2:]
    within = next(line for line in lines if line.startswith("Within")).split()[2:]
    certified = {
        "df": int(between[0]),
        "residual_df": int(within[0]),
        "ss": float(between[1]),
        "residual_ss": float(within[1]),
        "f": float(between[3]),
        "r_squared": float(re.search(r"Certified R-Squared (\S+)", "\n".join(lines)).group(1)),
        "sigma": float(re.search(r"Standard Deviation +(\S+)", "\n".join(lines)).group(1)),
    }
    return rows, certified


def exact(rows):
    """F of the values as doubles, in rational arithmetic: what is left to gain once the data are rounded."""
    groups = {}
    for group, value in rows:
        groups.setdefault(group, []).append(Fraction(float(value)))
    everything = [value for values in groups.values() for value in values]
    grand = sum(everything) / len(everything)
    means = {group: sum(values) / len(values) for group, values in groups.items()}
    between = sum(len(values) * (means[group] - grand) ** 2 for group, values in groups.items())
    within = sum((value - means[group]) ** 2 for group, values in groups.items() for value in values)
    f = between / (len(groups) - 1) / (within / (len(everything) - len(groups)))
    return {"ss": float(between), "residual_ss": float(within), "f": float(f)}


def rule(rows):
    """The first value of each treatment and the number of replicates, if the set follows the rule."""
    groups = {}
    for group, value in rows:
        groups.setdefault(int(group), []).append(Decimal(value))
    firsts = [values[0] for _, values in sorted(groups.items())]
    replicates = len(groups[1])
    for first, (_, values) in zip(firsts, sorted(groups.items())):
        pattern = [first] + [first - STEP if place % 2 == 1 else first + STEP for place in range(1, replicates)]
        assert values == pattern
    return {"firsts": [str(first) for first in firsts], "replicates": replicates}


def main():
    sets = []
    for path in sorted(FOLDER.glob("*.dat")):
        rows, certified = read(path)
        entry = {"name": path.stem, "certified": certified, "exact": exact(rows)}
        if path.stem.startswith("SmLs"):
            entry["rule"] = rule(rows)
        else:
            entry["groups"] = [group for group, _ in rows]
            entry["values"] = [float(value) for _, value in rows]
        sets.append(entry)
    print(json.dumps(sets))


main()
