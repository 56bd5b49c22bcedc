"""References for the studentized range and Dunnett's distribution: Gauss-Legendre quadrature in mpmath, 30 digits.

The probability below is integrated and taken from 1. Run from the root:
python3 tools/science/distributions_multiple.py > crates/science/tests/references/distributions_multiple.json
"""

import json

import mpmath as mp
import numpy as np

mp.mp.dps = 30


def rule(count):
    """Nodes and weights on [-1, 1]: numpy's, refined by Newton's method."""
    found = []
    for start in np.polynomial.legendre.leggauss(count)[0]:
        x = mp.mpf(float(start))
        for _ in range(3):
            before, here = mp.mpf(1), x
            for n in range(2, count + 1):
                before, here = here, ((2 * n - 1) * x * here - (n - 1) * before) / n
            slope = count * (x * here - before) / (x * x - 1)
            x -= here / slope
        found.append((x, 2 / ((1 - x * x) * slope * slope)))
    return found


RULE = rule(20)


def integrate(function, low, high, pieces):
    half = (high - low) / (2 * pieces)
    total = mp.mpf(0)
    for piece in range(pieces):
        middle = low + (2 * piece + 1) * half
        total += sum(weight * function(middle + half * x) for x, weight in RULE)
    return total * half


def over_scale(df, cdf):
    """The mean of cdf(s) over the square root s of a chi-squared variable over its df."""
    if mp.isinf(df):
        return cdf(mp.mpf(1))
    constant = 2 * mp.exp(df / 2 * mp.log(df / 2) - mp.loggamma(df / 2))

    def integrand(u):
        return constant * mp.exp(df * u - df * mp.exp(2 * u) / 2) * cdf(mp.exp(u))

    low = -30 / df if df < 8 else -11 / mp.sqrt(df)
    high = mp.mpf(min(2.2, 11 / mp.sqrt(2 * df)))
    return integrate(integrand, low, high, 24 if df < 5 else 6)


def range_sf(q, groups, df):
    q, df = mp.mpf(q), mp.mpf(df)

    def cdf(s):
        w = q * s
        inside = lambda z: mp.npdf(z) * (mp.ncdf(z) - mp.ncdf(z - w)) ** (groups - 1)
        return groups * integrate(inside, mp.mpf(-7), mp.mpf(11), 12)

    return 1 - over_scale(df, cdf)


def dunnett_sf(t, control, sizes, df):
    t, df = mp.mpf(t), mp.mpf(df)
    counts = {}
    for n in sizes:
        counts[n] = counts.get(n, 0) + 1
    factors = [(mp.sqrt(mp.mpf(n) / (n + control)), count) for n, count in counts.items()]

    def cdf(s):
        def inside(y):
            product = mp.npdf(y)
            for factor, count in factors:
                rest = mp.sqrt(1 - factor * factor)
                upper, lower = (factor * y + t * s) / rest, (factor * y - t * s) / rest
                product *= (mp.ncdf(upper) - mp.ncdf(lower)) ** count
            return product

        return 2 * integrate(inside, mp.mpf(0), mp.mpf(11), 6)

    return 1 - over_scale(df, cdf)


def number(value):
    return float(mp.nstr(value, 20, strip_zeros=False))


def range_case(q, groups, df):
    return {"q": q, "groups": groups, "df": "inf" if df == mp.inf else df, "sf": number(range_sf(q, groups, df))}


def dunnett_case(t, control, sizes, df):
    value = number(dunnett_sf(t, control, sizes, df))
    return {"t": t, "control": control, "sizes": sizes, "df": "inf" if df == mp.inf else df, "sf": value}


result = {
    "source": f"mpmath {mp.__version__}, 30 digits",
    "studentized_range": [
        range_case(q, groups, df)
        for groups, df, points in (
            (2, 10.0, (3.0,)), (3, 5.0, (1.0, 12.0)), (4, 2.5, (5.0,)),
            (5, 20.0, (4.2, 9.0)), (10, 90.0, (1.5, 4.6)), (50, 30.0, (6.0,)), (200, 400.0, (7.5,)),
            (6, 10000.0, (8.5,)), (3, mp.inf, (3.3,)),
        )
        for q in points
    ],
    "dunnett": [
        dunnett_case(t, control, sizes, df)
        for control, sizes, df, points in (
            (10, [10] * 3, 36.0, (0.2, 2.4, 6.0)), (8, [8], 14.0, (2.1,)), (5, [5] * 9, 40.0, (2.8,)),
            (20, [5, 8, 13], 42.0, (2.4, 5.0)), (3, [30, 12, 12], 53.0, (2.3,)), (4, [4, 4], 1.5, (6.0,)),
            (12, [6, 24], 1000.0, (4.5,)), (7, [9, 9, 9, 5], mp.inf, (2.5, 6.5)),
        )
        for t in points
    ],
}
print(json.dumps(result, indent=1))
