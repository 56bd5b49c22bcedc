"""Experiments with agents that play Doom.

>>> import claudoom
>>> with claudoom.Client() as client:                              # doctest: +SKIP
...     experiment = client.launch("experiments/compare-two-policies.toml")
...     experiment.wait()
...     frame = experiment.scores()

`Agent` plays the real game by dialling in, and `make` and `make_vec` are Gymnasium environments over the same games.
"""

from ._channel import Place
from .client import Client, Event, Experiment, Study, Trial
from .errors import Error
from .guest import Agent, Episode, State
from .space import Choice, Flag, Integer, Real

__all__ = [
    "Agent",
    "Choice",
    "Client",
    "Episode",
    "Error",
    "Event",
    "Experiment",
    "Flag",
    "Integer",
    "Place",
    "Real",
    "State",
    "Study",
    "Trial",
    "make",
    "make_vec",
]


def make(scenario: str, **options):
    """One game as a `gymnasium.Env`; see `claudoom.gym.DoomEnv`."""
    from .gym import DoomEnv

    return DoomEnv(scenario, **options)


def make_vec(scenario: str, num_envs: int, **options):
    """Several games as a `gymnasium.vector.VectorEnv`; see `claudoom.gym.DoomVectorEnv`."""
    from .gym import DoomVectorEnv

    return DoomVectorEnv(scenario, num_envs, **options)
