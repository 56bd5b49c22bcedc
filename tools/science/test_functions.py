"""Functions to be minimised, with the minimum 0 at a place that no start favours; see `crates/science/tests/evolution`."""
import numpy as np

RUNS = 51


def centred(x):
    """The point seen from the minimum, which is at 2 frac(i / golden ratio) - 1 in dimension i."""
    places = np.arange(1, x.shape[-1] + 1) * 0.6180339887498949
    return x - (2 * (places % 1) - 1)


def ramp(x):
    """0 to 1 over the dimensions."""
    return np.arange(x.shape[-1]) / (x.shape[-1] - 1)


def sphere(x):
    return (centred(x) ** 2).sum(-1)


def ellipsoid(x):
    return (10 ** (6 * ramp(x)) * centred(x) ** 2).sum(-1)


def cigar(x):
    y = centred(x) ** 2
    return y[..., 0] + 1e6 * y[..., 1:].sum(-1)


def different_powers(x):
    return (np.abs(centred(x)) ** (2 + 4 * ramp(x))).sum(-1)


def rosenbrock(x):
    y = centred(x) + 1
    return (100 * (y[..., :-1] ** 2 - y[..., 1:]) ** 2 + (y[..., :-1] - 1) ** 2).sum(-1)


def rastrigin(x):
    y = centred(x)
    return 10 * x.shape[-1] + (y ** 2 - 10 * np.cos(2 * np.pi * y)).sum(-1)


def ackley(x):
    y = centred(x)
    rough = -20 * np.exp(-0.2 * np.sqrt((y ** 2).mean(-1)))
    return rough - np.exp(np.cos(2 * np.pi * y).mean(-1)) + 20 + np.e


FUNCTIONS = {f.__name__: f for f in (sphere, ellipsoid, cigar, different_powers, rosenbrock, rastrigin, ackley)}
