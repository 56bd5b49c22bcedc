"""An agent that dials in and plays the real game."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import grpc

from . import errors
from ._channel import Place
from .agent.v1 import agent_pb2 as pb
from .orchestrator.v1 import orchestrator_pb2_grpc as rpc

#: The protocol that is spoken.
_PROTOCOL = 1
_VERSION = "claudoom-python 0.1.0"

#: What an agent sees at one tick: `claudoom.agent.v1.GameState`.
State = pb.GameState

#: What can be asked to be shown.
VIEWS = ("entities", "screen", "depth", "labels", "automap", "walls")


@dataclass(frozen=True)
class Episode:
    """An episode that was played."""

    #: The seed of the engine.
    seed: int
    #: Decisions made.
    ticks: int
    #: Sum of rewards as the scenario defines them.
    reward: float
    #: Enemies killed.
    kills: int
    #: Why it ended: `death`, `map_end` or `timeout`.
    end: str


class Game:
    """A game in play, from the side of whoever has dialled in. One conversation; used by one thread at a time."""

    def __init__(
        self,
        scenario: str,
        *,
        place: Place | None = None,
        name: str = "guest",
        observe: Iterable[str] = ("entities",),
        seed: int = 1,
        first_episode: int = 0,
        episodes: int = 0,
        skill: int | None = None,
        frame_skip: int | None = None,
        timeout: int | None = None,
        buttons: Sequence[str] = (),
    ):
        views = set(observe)
        if unknown := views - set(VIEWS):
            raise ValueError(f"unknown views {sorted(unknown)}: there are {', '.join(VIEWS)}")
        self._observation = pb.ObservationSpec(**{view: True for view in views})
        self._name = name
        wish = pb.Practice(
            scenario=scenario,
            seed=seed,
            first_episode=first_episode,
            episodes=episodes,
            skill=skill,
            frame_skip=frame_skip,
            timeout=timeout,
            buttons=list(buttons),
        )
        self._out: queue.SimpleQueue[pb.AgentMessage | None] = queue.SimpleQueue()
        self._channel = (place or Place()).channel()
        self._in: Iterator[Any] = rpc.OrchestratorServiceStub(self._channel).LiveSession(iter(self._out.get, None))
        hello = self._status(pb.AgentStatus.PHASE_HELLO)
        hello.practice.CopyFrom(wish)
        self._say(hello)
        #: What the game is: scenario, buttons, variables, frame skip.
        self.config: pb.ConfigUpdate = self._hear("config")
        #: The seed that the engine plays.
        self.seed = 0
        self._actions = 0

    def begin(self, seed: int | None = None) -> State:
        """Says that the next episode may begin, with this seed of the engine if one is given, and returns its first
        state. In the middle of an episode that one is broken off."""
        self.ready(seed)
        return self.first()

    def ready(self, seed: int | None = None) -> None:
        """The first half of `begin`."""
        ready = self._status(pb.AgentStatus.PHASE_READY)
        ready.observation.CopyFrom(self._observation)
        if seed is not None:
            ready.doom_seed = seed
        self._say(ready)

    def first(self) -> State:
        """The second half of `begin`."""
        control = self._hear("control")
        while control.command != pb.EpisodeControl.COMMAND_START:
            if control.command == pb.EpisodeControl.COMMAND_STOP:
                raise StopIteration
            control = self._hear("control")
        self.seed = control.doom_seed
        return self._hear("state")

    def press(self, state: State, buttons: Sequence[bool]) -> None:
        """The first half of `act`."""
        if len(buttons) != len(self.config.buttons):
            raise ValueError(f"{len(buttons)} buttons are given, the game has {len(self.config.buttons)}")
        action = pb.Action(action_id=self._actions, buttons=[bool(held) for held in buttons], tick=state.tick)
        self._actions += 1
        self._say(action)

    def next(self) -> State:
        """The second half of `act`."""
        return self._hear("state")

    def act(self, state: State, buttons: Sequence[bool]) -> State:
        """Holds these buttons, in the order of the game's, and returns the next state; the last has `episode_finished`."""
        self.press(state, buttons)
        return self.next()

    def close(self) -> None:
        """Leaves, and waits until the game is given back: for five seconds at most, if the orchestrator is gone."""
        self._out.put(None)
        limit = threading.Timer(5, self._channel.close)
        limit.start()
        try:
            for _ in self._in:
                pass
        except grpc.RpcError:
            pass  # Whatever the session came to, it is over.
        finally:
            limit.cancel()
            self._channel.close()

    def __enter__(self) -> Game:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _status(self, phase: Any) -> pb.AgentStatus:
        return pb.AgentStatus(
            phase=phase, agent_id=self._name, version=_VERSION, protocol_min=_PROTOCOL, protocol_max=_PROTOCOL
        )

    def _say(self, payload: pb.AgentStatus | pb.Action) -> None:
        field = "action" if isinstance(payload, pb.Action) else "status"
        self._out.put(pb.AgentMessage(**{field: payload}))

    def _hear(self, expected: str) -> Any:
        try:
            message = next(self._in)
        except StopIteration:
            raise errors.Error("CANCELLED", "the orchestrator has closed the session") from None
        except grpc.RpcError as error:
            raise errors.read(error) from None
        payload = message.WhichOneof("payload")
        # A state that was on its way when an episode was broken off.
        if expected == "control" and payload == "state":
            return self._hear(expected)
        if payload != expected:
            raise errors.Error("INTERNAL", f"expected {expected}, got {payload}")
        return getattr(message, payload)


class Agent:
    """An agent whose decisions are made by a function.

    `decide(state, buttons)` is given what the agent sees and the names of the buttons, and returns those to hold: names,
    or one truth value for each button.

    >>> agent = Agent(lambda state, buttons: ["ATTACK"])
    >>> agent.play("defend_the_line", episodes=3)                  # doctest: +SKIP
    """

    def __init__(
        self,
        decide: Callable[[State, Sequence[str]], Iterable[str] | Sequence[bool]],
        *,
        name: str = "guest",
        observe: Iterable[str] = ("entities",),
        place: Place | None = None,
    ):
        self._decide, self._name, self._observe, self._place = decide, name, tuple(observe), place

    def play(self, scenario: str, *, seed: int = 1, episodes: int = 1, **options: Any) -> list[Episode]:
        """Plays episodes, the seeds of which follow from `seed` as in an experiment; options are those of `Game`."""
        with Game(
            scenario, place=self._place, name=self._name, observe=self._observe, seed=seed, episodes=episodes, **options
        ) as game:
            return [self._episode(game) for _ in range(episodes)]

    def _episode(self, game: Game) -> Episode:
        names = list(game.config.buttons)
        state, ticks, reward = game.begin(), 0, 0.0
        while not state.episode_finished:
            chosen = list(self._decide(state, names))
            if chosen and isinstance(chosen[0], str):
                if unknown := set(chosen) - set(names):
                    raise ValueError(f"unknown buttons {sorted(unknown)}: there are {', '.join(names)}")
            held = chosen if len(chosen) == len(names) and not any(isinstance(one, str) for one in chosen) else None
            state = game.act(state, held if held is not None else [name in chosen for name in names])
            ticks, reward = ticks + 1, reward + state.reward
        end = pb.EpisodeOutcome.Name(state.outcome).removeprefix("EPISODE_OUTCOME_").lower()
        return Episode(game.seed, ticks, reward, state.kill_count, end)
