"""References for random methods by exact enumeration, for ranks with ties, and for intervals of effect sizes.

Run from the root: python tools/science/resampling.py > crates/science/tests/references/resampling.json
"""
import itertools
import json
import math
from fractions import Fraction

import numpy as np
from scipy import integrate, optimize, stats
from statsmodels.stats.diagnostic import normal_ad

rng = np.random.default_rng(20)
PAIRS = {
    "kills": ([13, 9, 17, 8, 21, 12, 15], [10, 9, 12, 9, 15, 7, 16]),
    "tiny": ([1, 3], [2, 2]),
    "one": ([5], [1]),
    "ties": ([1, 1, 2, 2, 3], [2, 2, 2, 3, 4]),
    "equal": ([4, 4, 4], [4, 4, 4]),
    "apart": ([1, 2, 3, 4], [11, 12, 13, 14]),
}


def share(values, observed):
    """The share of exact values at least as large as the observed one."""
    values = list(values)
    return sum(value >= observed for value in values) / len(values)


def doubled_ranks(values):
    return [sum(2 * (other < value) + (other == value) for other in values) + 1 for value in values]


def two_sample(left, right, scores):
    n, total = len(left), len(scores)
    centre = Fraction(n * sum(scores), total)
    far = lambda places: abs(sum(scores[place] for place in places) - centre)
    return share((far(places) for places in itertools.combinations(range(total), n)), far(range(n)))


def sign_flip(differences):
    signs = itertools.product([1, -1], repeat=len(differences))
    return share((abs(sum(s * d for s, d in zip(sign, differences))) for sign in signs), abs(sum(differences)))


def paired(name, left, right):
    differences = [a - b for a, b in zip(left, right)]
    used = [d for d in differences if d != 0]
    ranks = doubled_ranks([abs(d) for d in used])
    return {
        "name": name, "left": left, "right": right,
        "two_sample": two_sample(left, right, left + right),
        "mann_whitney": two_sample(left, right, doubled_ranks(left + right)),
        "sign_flip": sign_flip(differences),
        # Doubled signed ranks, whose sum is centred at zero.
        "signed_rank": sign_flip([rank if d > 0 else -rank for rank, d in zip(ranks, used)]) if used else 1.0,
    }


def blocked_sum(rows):
    return sum(sum(column) ** 2 for column in zip(*rows))


def blocked(rows):
    orders = itertools.product(*(list(itertools.permutations(row)) for row in rows))
    values = np.array(rows, dtype=float)
    b, k = values.shape
    grand = values.mean()
    between = b * ((values.mean(axis=0) - grand) ** 2).sum()
    residual = ((values - values.mean(axis=0) - values.mean(axis=1, keepdims=True) + grand) ** 2).sum()
    return {"blocks": rows, "f": between / (k - 1) / (residual / ((b - 1) * (k - 1))),
            "p": share((blocked_sum(order) for order in orders), blocked_sum(rows))}


def durbin_watson(values):
    # In whole numbers: n (e_i - mean), so that ties are exact.
    scaled = [len(values) * value - sum(values) for value in values]
    squares = sum(value * value for value in scaled)
    statistic = lambda order: Fraction(sum((b - a) ** 2 for a, b in zip(order, order[1:])), squares)
    p = share((abs(statistic(order) - 2) for order in itertools.permutations(scaled)), abs(statistic(scaled) - 2))
    return {"values": values, "statistic": float(statistic(scaled)), "p": p}


def count_runs(sides):
    return 1 + sum(a != b for a, b in zip(sides, sides[1:]))


def runs(values):
    median = np.median(values)
    sides = [value > median for value in values if value != median]
    n, above = len(sides), sum(sides)
    centre = 1 + Fraction(2 * above * (n - above), n)
    far = lambda sides: abs(count_runs(sides) - centre)
    orders = ([place in chosen for place in range(n)] for chosen in itertools.combinations(range(n), above))
    return {"values": values, "runs": count_runs(sides), "p": share(map(far, orders), far(sides))}


def runs_normal(values):
    median = np.median(values)
    sides = [value > median for value in values if value != median]
    n, a = len(sides), sum(sides)
    b = n - a
    mean, variance = 1 + 2 * a * b / n, 2 * a * b * (2 * a * b - n) / (n * n * (n - 1))
    p = 2 * stats.norm.sf(abs(count_runs(sides) - mean) / math.sqrt(variance))
    return {"values": values, "runs": count_runs(sides), "p": p}


def bca(strata, statistic):
    """All resamples, their percentile interval and scipy's BCa interval from them."""
    resamples = itertools.product(*(list(itertools.product(stratum, repeat=len(stratum))) for stratum in strata))
    values = np.array([statistic(resample) for resample in resamples])
    estimate = statistic(strata)
    jackknife = [[statistic(strata[:s] + [stratum[:i] + stratum[i + 1:]] + strata[s + 1:]) for i in range(len(stratum))]
                 for s, stratum in enumerate(strata)]
    influences = [[(np.mean(own) - value) * (len(own) - 1) / len(own) for value in own] for own in jackknife]
    flat = np.array([value for own in influences for value in own])
    a = (flat ** 3).sum() / (6 * (flat ** 2).sum() ** 1.5)
    z0 = stats.norm.ppf(((values < estimate).sum() + (values <= estimate).sum()) / (2 * len(values)))
    ends = [stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))) for z in stats.norm.ppf([0.05, 0.95])]
    return {"strata": strata, "estimate": estimate, "mean": values.mean(), "sd": values.std(),
            "percentile": list(np.quantile(values, [0.05, 0.95])), "bca": list(np.quantile(values, ends)),
            "values": sorted(values) if len(values) < 1000 else None, "jackknife": jackknife}


def mean_difference(strata):
    return float(np.mean(strata[0]) - np.mean(strata[1]))


def mean(strata):
    return float(np.mean(strata[0]))


def scipy_bca(sample):
    """scipy's own BCa interval from given replicates."""
    values = [float(np.mean(rng.choice(sample, len(sample)))) for _ in range(500)]
    class Given:
        bootstrap_distribution = np.array(values)
    result = stats.bootstrap((sample,), np.mean, n_resamples=0, method="BCa", bootstrap_result=Given(),
                             confidence_level=0.95)
    percentile = stats.bootstrap((sample,), np.mean, n_resamples=0, method="percentile", bootstrap_result=Given(),
                                 confidence_level=0.95)
    jackknife = [[float(np.mean(np.delete(sample, i))) for i in range(len(sample))]]
    return {"estimate": float(np.mean(sample)), "values": values, "jackknife": jackknife,
            "bca": list(result.confidence_interval), "percentile": list(percentile.confidence_interval)}


def noncentral_t(t, df, nc):
    """Its distribution function as an integral over the standard deviation; scipy's gives NaN for some negative t."""
    scale = 1 / math.sqrt(df)
    density = lambda s: stats.norm.cdf(t * s - nc) * stats.chi.pdf(s / scale, df) / scale
    points = [stats.chi.ppf(q, df) * scale for q in (1e-15, 1e-3, 0.5, 1 - 1e-3)] + [stats.chi.isf(1e-18, df) * scale]
    return sum(integrate.quad(density, a, b, epsabs=1e-14, epsrel=1e-12)[0] for a, b in zip(points, points[1:]))


def ncp(t, df, p):
    return optimize.brentq(lambda nc: noncentral_t(t, df, nc) - p, t - 10 - abs(t), t + 10 + abs(t), xtol=1e-12)


def interval(t, df, scale):
    return [ncp(t, df, 0.975) * scale, ncp(t, df, 0.025) * scale]


def effects(left, right):
    x, y = np.array(left, float), np.array(right, float)
    n, m = len(x), len(y)
    difference, vx, vy = x.mean() - y.mean(), x.var(ddof=1), y.var(ddof=1)
    pooled = math.sqrt(((n - 1) * vx + (m - 1) * vy) / (n + m - 2))
    average = math.sqrt((vx + vy) / 2)
    welch_error = math.sqrt(vx / n + vy / m)
    welch_df = welch_error ** 4 / ((vx / n) ** 2 / (n - 1) + (vy / m) ** 2 / (m - 1))
    pooled_error = pooled * math.sqrt(1 / n + 1 / m)
    result = {"left": left, "right": right,
              "d_pooled": interval(difference / pooled_error, n + m - 2, pooled_error / pooled),
              "d_welch": interval(difference / welch_error, welch_df, welch_error / average)}
    if n == m:
        error = (x - y).std(ddof=1) / math.sqrt(n)
        result["d_z"] = interval(difference / error, n - 1, 1 / math.sqrt(n))
        result["d_av"] = interval(difference / error, n - 1, error / average)
    return result


def anderson_darling(values):
    """With logarithms of both tails: statsmodels takes the upper one from 1 and so loses digits."""
    x = np.sort(np.array(values, float))
    z, n = (x - x.mean()) / x.std(ddof=1), len(x)
    i = np.arange(1, n + 1)
    statistic = -n - ((2 * i - 1) * (stats.norm.logcdf(z) + stats.norm.logsf(z[::-1]))).sum() / n
    a = statistic * (1 + 0.75 / n + 2.25 / n ** 2)
    if a < 0.2:
        p = 1 - math.exp(-13.436 + 101.14 * a - 223.73 * a ** 2)
    elif a < 0.34:
        p = 1 - math.exp(-8.318 + 42.796 * a - 59.938 * a ** 2)
    elif a < 0.6:
        p = math.exp(0.9177 - 4.279 * a - 1.38 * a ** 2)
    else:
        p = math.exp(1.2937 - 5.709 * a + 0.0186 * a ** 2) if a <= 13 else 0.0
    if n < 1000:
        np.testing.assert_allclose([statistic, p], normal_ad(x), rtol=1e-6)
    return {"values": values, "statistic": statistic, "p": p}


def robust(tasks, others):
    flat = np.concatenate(tasks)
    wins = [np.mean([[(a > b) + 0.5 * (a == b) for b in right] for a in left]) for left, right in zip(tasks, others)]
    thresholds = [-1.0, 2.0, 5.0, 7.5, 30.0]
    return {"tasks": tasks, "others": others, "interquartile_mean": stats.trim_mean(flat, 0.25),
            "improvement": float(np.mean(wins)), "thresholds": thresholds,
            "profile": [float(np.mean([np.mean(np.array(task) > t) for task in tasks])) for t in thresholds]}


def normal(n, mean=0.0, sd=1.0):
    return [float(value) for value in np.round(rng.normal(mean, sd, n), 4)]


print(json.dumps({
    "pairs": [paired(name, *pair) for name, pair in PAIRS.items()],
    "blocked": [blocked(rows) for rows in (
        [[1, 2, 4], [2, 2, 5], [3, 1, 2], [0, 4, 9]], [[1, 2], [3, 5], [9, 7], [2, 2], [4, 8]], [[1, 5, 2, 8], [3, 4, 9, 9]])],
    "durbin_watson": [durbin_watson(values) for values in (
        [1, 2, 3, 4, 5, 6], [5, 1, 4, 2, 6, 1, 7], [3, 3, 1, 1, 2, 9, 4, 4], [0, 1, 0])],
    "runs": [runs(values) for values in (
        [1, 2, 3, 4, 5, 6, 7, 8], [5, 1, 4, 2, 6, 1, 7, 0, 9, 3, 8], [1, 1, 1, 1, 1, 5, 6, 9, 9, 9], [0, 1])],
    "runs_normal": [runs_normal(normal(120)), runs_normal([float((-1) ** (i // 7) * (i + 1)) for i in range(80)])],
    "bootstrap": [bca([[1, 2, 4, 9]], mean), bca([[1, 2, 4], [3, 8, 9]], mean_difference), bca([[5, 6, 7, 20, 3]], mean)],
    "scipy_bca": [scipy_bca(normal(12, 3)), scipy_bca([float(v) for v in np.round(rng.lognormal(0, 1, 25), 3)])],
    "effects": [effects(left, right) for left, right in (
        ([13, 9, 17, 8, 21, 12, 15], [10, 9, 12, 9, 15, 7, 16]), ([1.5, 2.25], [3, 7, 5]), (normal(40, 3), normal(40, 1, 3)),
        (normal(9, 0, 0.1), normal(30, 0.2, 2)), (normal(15, 4), normal(15)))],
    "anderson_darling": [anderson_darling(values) for values in (
        normal(8), normal(40, 7, 3), normal(1000), [float(v) for v in np.round(rng.lognormal(0, 1, 60), 3)],
        [float(v) for v in np.round(rng.uniform(0, 1, 100), 3)], [float(i % 5) for i in range(200)],
        [0.5, 0.7, 0.1, 0.9, 0.3, 0.2, 0.8, 0.6, 0.4, 1.0], [0.0] * 40 + [1.0], [0.0] * 1600 + [1.0])],
    "robust": [robust([[1, 5, 9, 2, 3], [7, 7, 8, 4], [0, 3, 12, 6, 20]], [[2, 4, 4, 1], [7, 9, 3, 5], [1, 2, 3]]),
               robust([[3.5]], [[3.5]])],
}, default=lambda number: number.item()))
