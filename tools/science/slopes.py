"""References for slopes of covariates: ordinary least squares in statsmodels, with contrasts that sum to zero.

Covariates are centred, so that the coefficient of one is its slope at the means of the others. Run from the root:
python3 tools/science/slopes.py > crates/science/tests/references/slopes.json
"""

import json

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

MODELS = [
    {"formula": "a + x", "own": "C(a, Sum) + x", "covariates": ["x"]},
    {"formula": "a*x", "own": "C(a, Sum) * x", "covariates": ["x"]},
    {"formula": "a + x*z", "own": "C(a, Sum) + x * z", "covariates": ["x", "z"]},
    {"formula": "a*x + z", "own": "C(seed, Sum) + C(a, Sum) * x + z", "covariates": ["x", "z"], "block": True},
]


def data(rows):
    draws = np.random.default_rng(20261129)
    level = draws.integers(0, 3, rows)
    seed = draws.integers(0, 4, rows)
    x = np.round(draws.normal(250.0, 40.0, rows), 2)
    z = np.round(draws.exponential(0.02, rows), 5)
    y = np.round(30.0 + 2.0 * level + (0.05 + 0.02 * level) * x + 40.0 * z + seed + draws.normal(0.0, 4.0, rows), 3)
    return pd.DataFrame({"y": y, "a": [f"a{i}" for i in level], "seed": [f"s{i}" for i in seed], "x": x, "z": z})


def slope(model, name):
    low, high = model.conf_int(0.05).loc[name]
    numbers = {"slope": model.params[name], "se": model.bse[name], "t": model.tvalues[name], "p": model.pvalues[name]}
    return {"name": name, **{key: float(value) for key, value in numbers.items()}, "low": float(low), "high": float(high)}


frame = data(40)
centred = frame.assign(x=frame["x"] - frame["x"].mean(), z=frame["z"] - frame["z"].mean())
cases = []
for model in MODELS:
    fitted = smf.ols(f"y ~ {model['own']}", centred).fit()
    slopes = [slope(fitted, name) for name in model["covariates"]]
    cases.append({"formula": model["formula"], "has_block": model.get("block", False), "slopes": slopes})
print(json.dumps({"data": frame.to_dict("list"), "models": cases}, indent=1))
