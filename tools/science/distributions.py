"""References for the central distributions: mpmath at 50 digits.

Run from the root: python3 tools/science/distributions.py > crates/science/tests/references/distributions.json
"""

import json

import mpmath as mp

mp.mp.dps = 50


def number(value):
    return float(mp.nstr(value, 20, strip_zeros=False))


def beta_tails(a, b, x, y):
    """Both tails of I_x(a, b) by the continued fraction from the side where it converges fast; x + y = 1."""
    def lower(a, b, x, y):
        front = mp.exp(a * mp.log(x) + b * mp.log(y) + mp.loggamma(a + b) - mp.loggamma(a + 1) - mp.loggamma(b))
        c = mp.mpf(1)
        d = h = 1 / (1 - (a + b) / (a + 1) * x)
        for m in range(1, 1_000_000):
            even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            for coefficient in (even, odd):
                d = 1 / (1 + coefficient * d)
                c = 1 + coefficient / c
                h *= c * d
            if abs(c * d - 1) < mp.mpf(10) ** -40:
                return front * h
        return None

    if x < (a + 1) / (a + b + 2):
        below = lower(a, b, x, y)
        return below, 1 - below
    above = lower(b, a, y, x)
    return 1 - above, above


def gamma_tails(a, x):
    a, x = mp.mpf(a), mp.mpf(x)
    front = mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1))
    if x < a + 1:
        term = total = mp.mpf(1)
        n = 1
        while term > total * mp.mpf(10) ** -40:
            term *= x / (a + n)
            total += term
            n += 1
        return front * total, 1 - front * total
    above = mp.gammainc(a, x, regularized=True) if a < 1000 else None
    if above is None:
        # Legendre's continued fraction, from far inside.
        depth = 40 + 30 * int(mp.sqrt(a))
        value = x + 2 * depth + 1 - a
        for n in range(depth, 0, -1):
            value = x + 2 * (n - 1) + 1 - a - n * (n - a) / value
        above = front * a / value
    return 1 - above, above


def f_case(x, df1, df2):
    d1, d2, v = mp.mpf(df1), mp.mpf(df2), mp.mpf(x)
    lower, upper = beta_tails(d1 / 2, d2 / 2, d1 * v / (d1 * v + d2), d2 / (d1 * v + d2))
    return {"x": x, "df1": df1, "df2": df2, "cdf": number(lower), "sf": number(upper)}


def t_case(t, df):
    v, d = mp.mpf(t), mp.mpf(df)
    inside, outside = beta_tails(mp.mpf(1) / 2, d / 2, v * v / (d + v * v), d / (d + v * v))
    upper = outside / 2
    return {"x": t, "df": df, "cdf": number(1 - upper), "sf": number(upper)}


def chi_case(x, df):
    lower, upper = gamma_tails(mp.mpf(df) / 2, mp.mpf(x) / 2)
    return {"x": x, "df": df, "cdf": number(lower), "sf": number(upper)}


def normal_case(x):
    return {"x": x, "cdf": number(mp.ncdf(x)), "sf": number(mp.ncdf(-mp.mpf(x)))}


result = {
    "source": f"mpmath {mp.__version__}, 50 digits",
    "normal": [normal_case(x) for x in (-37.5, -20.0, -6.0, -1.0, -1e-9, 0.0, 0.3, 1.96, 5.0, 12.0, 30.0, 38.0)],
    "student_t": [
        t_case(t, df)
        for df in (0.3, 1.0, 2.0, 3.7, 10.0, 29.5, 200.0, 5000.0, 5e4, 1e6, 1e9)
        for t in (1e-7, 0.1, 0.7, 1.5, 2.0, 4.0, 9.0, 25.0)
    ]
    + [t_case(t, df) for t, df in ((1e5, 2.5), (3e3, 29.0), (60.0, 100.0), (1e20, 5.0))],
    "f": [
        f_case(x, df1, df2)
        for df1, df2 in (
            (1.0, 1.0), (1.0, 30.0), (2.0, 7.5), (3.3, 16.0), (0.5, 0.2), (9.0, 990.0), (50.0, 50.0), (200.0, 3.0),
            (7.0, 3000.0), (1000.0, 1000.0), (1e4, 2e4),
            (2.0, 1e5), (4.0, 1e7), (30.0, 1e6), (500.0, 1e6),
        )
        for x in (1e-6, 0.05, 0.5, 0.95, 1.0, 1.3, 3.0, 10.0, 80.0)
    ]
    + [f_case(x, 1e6, 1e6) for x in (0.9, 0.99, 0.999, 1.0, 1.001, 1.01, 1.1)]
    + [f_case(x, 1e6, 3.0) for x in (0.02, 0.5, 1.0, 3.0, 1000.0)],
    "chi_squared": [
        chi_case(x, df)
        for df in (0.1, 1.0, 2.0, 3.5, 10.0, 77.7, 1000.0)
        for x in (1e-10, 0.01, 0.5, 3.0, 9.5, 11.5, 60.0, 100.0, 500.0, 1300.0)
    ]
    + [chi_case(1e6 + shift, 1e6) for shift in (-50000.0, -10000.0, -2000.0, -1.0, 0.0, 1.0, 2000.0, 10000.0, 50000.0)]
    + [chi_case(4e8 + shift, 4e8) for shift in (-3e5, 0.0, 20.0, 5e5)],
}
print(json.dumps(result, indent=1))
