"""References for the noncentral distributions: mpmath at 30 digits, by the mixture of central ones or by quadrature.

Run from the root:
python3 tools/science/distributions_noncentral.py > crates/science/tests/references/distributions_noncentral.json
"""

import json

import mpmath as mp

mp.mp.dps = 30


def number(value):
    return float(mp.nstr(value, 20, strip_zeros=False))


def quad(function, low, high, pieces):
    width = (high - low) / pieces
    return mp.quad(function, [low + i * width for i in range(pieces + 1)])


def t_sf(t, df, ncp):
    """The mean of P(Z > t s - ncp) over the density of s = exp(u)."""
    t, df, ncp = mp.mpf(t), mp.mpf(df), mp.mpf(ncp)
    constant = 2 * mp.exp(df / 2 * mp.log(df / 2) - mp.loggamma(df / 2))

    def integrand(u):
        s = mp.exp(u)
        return mp.exp(df * u - df * s * s / 2) * mp.ncdf(ncp - t * s)

    spread = 13 / mp.sqrt(df)
    low = -(70 / df if df < 30 else spread) - mp.log1p(t * t / df) / 2
    return constant * quad(integrand, low, min(spread, mp.mpf(3)), 60)


def poisson_sum(mean, tail):
    mean = mp.mpf(mean)
    total = mp.mpf(0)
    weight = mp.exp(-mean)
    j = 0
    while True:
        term = weight * tail(j)
        total += term
        if j > mean and term < total * mp.mpf(10) ** -25:
            return total
        j += 1
        weight *= mean / j


def chi_sf(x, df, ncp):
    return poisson_sum(mp.mpf(ncp) / 2, lambda j: mp.gammainc(mp.mpf(df) / 2 + j, mp.mpf(x) / 2, regularized=True))


def chi_cdf(x, df, ncp):
    return poisson_sum(mp.mpf(ncp) / 2, lambda j: mp.gammainc(mp.mpf(df) / 2 + j, 0, mp.mpf(x) / 2, regularized=True))


def f_shares(x, df1, df2):
    d1, d2, v = mp.mpf(df1), mp.mpf(df2), mp.mpf(x)
    return d1 / 2, d2 / 2, d1 * v / (d1 * v + d2), d2 / (d1 * v + d2)


def f_cdf(x, df1, df2, ncp):
    a, b, share, _ = f_shares(x, df1, df2)
    return poisson_sum(mp.mpf(ncp) / 2, lambda j: mp.betainc(a + j, b, 0, share, regularized=True))


def f_sf(x, df1, df2, ncp):
    a, b, _, rest = f_shares(x, df1, df2)
    return poisson_sum(mp.mpf(ncp) / 2, lambda j: mp.betainc(b, a + j, 0, rest, regularized=True))


def t_case(t, df, ncp):
    return {"x": t, "df": df, "ncp": ncp, "cdf": number(t_sf(-t, df, -ncp)), "sf": number(t_sf(t, df, ncp))}


def chi_case(x, df, ncp):
    return {"x": x, "df": df, "ncp": ncp, "cdf": number(chi_cdf(x, df, ncp)), "sf": number(chi_sf(x, df, ncp))}


def f_case(x, df1, df2, ncp):
    tails = {"cdf": number(f_cdf(x, df1, df2, ncp)), "sf": number(f_sf(x, df1, df2, ncp))}
    return {"x": x, "df1": df1, "df2": df2, "ncp": ncp} | tails


result = {
    "source": f"mpmath {mp.__version__}, 30 digits",
    "noncentral_t": [
        t_case(t, df, ncp)
        for df, ncp in ((1.0, 0.5), (3.0, 2.0), (3.0, -2.0), (9.5, 4.0), (28.0, -1.0), (58.0, 2.5), (200.0, 12.0))
        for t in (-3.0, -0.5, 0.0, 1.0, 2.5, 8.0, 20.0)
    ]
    + [t_case(t, df, ncp) for t, df, ncp in ((120.0, 4.0, 60.0), (30.0, 50.0, 40.0), (2.0, 1000.0, 9.0), (1.9, 19.0, 1e-6))],
    "noncentral_chi_squared": [
        chi_case(x, df, ncp)
        for df, ncp in ((1.0, 0.3), (2.0, 4.0), (5.5, 20.0), (30.0, 100.0))
        for x in (0.01, 1.0, 6.0, 25.0, 130.0, 400.0)
    ],
    "noncentral_f": [
        f_case(x, df1, df2, ncp)
        for df1, df2, ncp in (
            (1.0, 9.0, 9.0), (1.0, 1.0, 1.0), (3.0, 16.0, 5.6), (4.5, 20.5, 0.01), (9.0, 90.0, 40.0), (2.0, 300.0, 150.0),
        )
        for x in (0.001, 0.3, 1.0, 3.0, 12.0, 60.0)
    ],
}
print(json.dumps(result, indent=1))
