"""Parameters of a study's own: what they may be, and their values as Python has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .orchestrator.v1 import orchestrator_pb2 as pb


@dataclass(frozen=True)
class Real:
    """Any number from `low` to `high`. `log`: equal ratios are alike, rather than equal differences."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class Integer:
    """Any whole number from `low` to `high`, both included. `log` as that of `Real`."""

    low: int
    high: int
    log: bool = False


@dataclass(frozen=True, init=False)
class Choice:
    """One of several names, without an order."""

    names: tuple[str, ...]

    def __init__(self, *names: str):
        object.__setattr__(self, "names", names)


@dataclass(frozen=True)
class Flag:
    """Yes or no."""


#: What a parameter may be.
Domain = Real | Integer | Choice | Flag
#: Values of parameters: numbers, whole numbers, names and flags.
Values = dict[str, float | int | str | bool]


def messages(space: Mapping[str, Domain]) -> list[pb.StudyParameter]:
    """The parameters as the service is told them."""
    return [_message(name, domain) for name, domain in space.items()]


def _message(name: str, domain: Domain) -> pb.StudyParameter:
    match domain:
        case Real(low, high, log):
            return pb.StudyParameter(name=name, real=pb.RealRange(low=low, high=high, logarithmic=log))
        case Integer(low, high, log):
            return pb.StudyParameter(name=name, integer=pb.IntegerRange(low=low, high=high, logarithmic=log))
        case Choice():
            return pb.StudyParameter(name=name, categorical=pb.Categories(names=domain.names))
        case Flag():
            return pb.StudyParameter(name=name, flag=pb.FlagDomain())
    raise TypeError(f"{name}: {domain!r} is none of Real, Integer, Choice and Flag")


def values(trial: pb.Trial) -> Values:
    """The values of a trial, by the names of their parameters."""
    return {name: getattr(value, value.WhichOneof("value")) for name, value in trial.values.items()}
