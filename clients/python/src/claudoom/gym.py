"""Gymnasium environments over the games of an orchestrator.

Every environment is a session of its own with a real engine behind it, so that the games of a vector environment run side
by side. Seeds are addressed: the episodes that follow from `seed` are the same wherever and however often they are played,
and `reset(seed=n)` plays the engine's seed `n`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from ._channel import Place
from .guest import Game, State

#: Things that the observation `vector` shows: the nearest of what is visible.
NEAREST = 8
#: Numbers of one of them: whether it is there, whether it is a monster, sine and cosine of its bearing, distance.
PER_THING = 5
#: Numbers of the player: health, armor, ammo, readiness, sine and cosine of the angle, velocity x and y.
OWN = 8

#: What the numbers are divided by; what is above is cut.
_HEALTH, _ARMOR, _AMMO, _SPEED, _DISTANCE = 100.0, 200.0, 100.0, 32.0, 2048.0

#: How far apart the episodes of the games of a vector environment are.
_STRIDE = 1 << 20


class _Games:
    """What both environments share: how states become observations and actions become buttons."""

    def __init__(self, observation: str, actions: Sequence[Sequence[str]] | None, options: dict[str, Any]):
        if observation not in ("vector", "screen"):
            raise ValueError(f"unknown observation {observation!r}: there are vector and screen")
        self.observation, self.actions = observation, actions
        self.options = {**options, "observe": ("screen",) if observation == "screen" else ("entities",)}

    def open(self, scenario: str, place: Place | None, seed: int, count: int) -> list[tuple[Game, State]]:
        """Games with the first states of their first episodes. They begin side by side."""
        games: list[Game] = []
        try:
            for number in range(count):
                game = Game(scenario, place=place, seed=seed, first_episode=number * _STRIDE, **self.options)
                games.append(game)
                game.ready()
            return [(game, game.first()) for game in games]
        except BaseException:
            for game in games:
                game.close()
            raise

    def observation_space(self, state: State) -> gymnasium.spaces.Box:
        if self.observation == "screen":
            shape = (state.screen_height, state.screen_width, 3)
            return gymnasium.spaces.Box(0, 255, shape, numpy.uint8)
        return gymnasium.spaces.Box(-1.0, 1.0, (OWN + NEAREST * PER_THING,), numpy.float32)

    def table(self, game: Game) -> list[list[bool]]:
        """The buttons of every action: nothing and each button alone, unless other combinations are given."""
        names = list(game.config.buttons)
        combinations = [[], *([name] for name in names)] if self.actions is None else self.actions
        for combination in combinations:
            if unknown := set(combination) - set(names):
                raise ValueError(f"unknown buttons {sorted(unknown)}: there are {', '.join(names)}")
        return [[name in combination for name in names] for combination in combinations]

    def observe(self, state: State, before: numpy.ndarray | None) -> numpy.ndarray:
        """What is seen. The last state of an episode has no picture: the one before stands for it."""
        if self.observation == "vector":
            return vector(state)
        if not state.screen_buffer and before is not None:
            return before
        shape = (state.screen_height, state.screen_width, 3)
        return numpy.frombuffer(state.screen_buffer, numpy.uint8).reshape(shape).copy()


def vector(state: State) -> numpy.ndarray:
    """A state as numbers from -1 to 1: the player, then the nearest things that are visible."""
    turn = math.radians(state.angle)
    own = [
        state.health / _HEALTH,
        state.armor / _ARMOR,
        state.ammo / _AMMO,
        float(state.attack_ready),
        math.sin(turn),
        math.cos(turn),
        state.velocity_x / _SPEED,
        state.velocity_y / _SPEED,
    ]
    seen = numpy.zeros((NEAREST, PER_THING), numpy.float32)
    for row, thing in zip(seen, sorted(state.entities, key=lambda thing: thing.distance)):
        bearing = math.radians(thing.bearing)
        monster = float(thing.category == "Monster")
        row[:] = 1.0, monster, math.sin(bearing), math.cos(bearing), thing.distance / _DISTANCE
    return numpy.clip(numpy.concatenate([numpy.array(own, numpy.float32), seen.ravel()]), -1.0, 1.0)


def _ends(state: State) -> tuple[bool, bool]:
    """Whether an episode has ended by itself, and whether it was cut off by the clock."""
    over = state.episode_finished
    return over and state.outcome != state_outcome("TIMEOUT"), over and state.outcome == state_outcome("TIMEOUT")


def state_outcome(name: str) -> int:
    """The number of an outcome."""
    from .agent.v1 import agent_pb2

    return agent_pb2.EpisodeOutcome.Value(f"EPISODE_OUTCOME_{name}")


def _info(game: Game, state: State) -> dict[str, Any]:
    return {"doom_seed": game.seed, "kills": state.kill_count, "health": state.health, "tic": state.tic}


class DoomEnv(gymnasium.Env):
    """One game.

    `observation` is `vector` (numbers, see `vector`) or `screen` (RGB). Actions are nothing and each button alone, unless
    `actions` lists combinations of buttons. Further options (`skill`, `frame_skip`, `timeout`, `buttons`) are those of the
    scenario.
    """

    metadata = {"render_modes": []}

    def __init__(
        self,
        scenario: str,
        *,
        observation: str = "vector",
        actions: Sequence[Sequence[str]] | None = None,
        seed: int = 1,
        place: Place | None = None,
        render_mode: str | None = None,
        **options: Any,
    ):
        self.render_mode = render_mode
        self._games = _Games(observation, actions, options)
        [(self._game, self._state)] = self._games.open(scenario, place, seed, 1)
        self._fresh = True
        self._table = self._games.table(self._game)
        self.observation_space = self._games.observation_space(self._state)
        self.action_space = gymnasium.spaces.Discrete(len(self._table))
        self._seen: numpy.ndarray | None = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        super().reset(seed=seed)
        if seed is not None or not self._fresh:
            self._state = self._game.begin(None if seed is None else seed % 2**32)
        self._fresh = False
        self._seen = self._games.observe(self._state, None)
        return self._seen, _info(self._game, self._state)

    def step(self, action):
        self._fresh = False
        self._state = self._game.act(self._state, self._table[int(action)])
        self._seen = self._games.observe(self._state, self._seen)
        terminated, truncated = _ends(self._state)
        return self._seen, float(self._state.reward), terminated, truncated, _info(self._game, self._state)

    def close(self) -> None:
        self._game.close()


class DoomVectorEnv(VectorEnv):
    """Several games side by side, as `DoomEnv`. A game that has ended begins its next episode with the step after
    (`AutoresetMode.NEXT_STEP`)."""

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self,
        scenario: str,
        num_envs: int,
        *,
        observation: str = "vector",
        actions: Sequence[Sequence[str]] | None = None,
        seed: int = 1,
        place: Place | None = None,
        **options: Any,
    ):
        if num_envs < 1:
            raise ValueError("a vector environment has at least one game")
        self.num_envs = num_envs
        self._games = _Games(observation, actions, options)
        opened = self._games.open(scenario, place, seed, num_envs)
        self._open = [game for game, _ in opened]
        self._states = [state for _, state in opened]
        self._fresh = [True] * num_envs
        self._over = [False] * num_envs
        self._table = self._games.table(self._open[0])
        self.single_observation_space = self._games.observation_space(self._states[0])
        self.single_action_space = gymnasium.spaces.Discrete(len(self._table))
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._seen: list[numpy.ndarray | None] = [None] * num_envs

    def reset(self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None):
        if seed is None or isinstance(seed, int):
            seeds = [None if seed is None else seed + number for number in range(self.num_envs)]
        else:
            seeds = list(seed)
        again = [number for number in range(self.num_envs) if seeds[number] is not None or not self._fresh[number]]
        # Every game is asked before any is waited for: they begin side by side.
        for number in again:
            self._open[number].ready(None if seeds[number] is None else seeds[number] % 2**32)
        for number in again:
            self._states[number] = self._open[number].first()
        self._fresh = [False] * self.num_envs
        self._over = [False] * self.num_envs
        return self._observe(range(self.num_envs), restart=True), self._infos()

    def step(self, actions):
        self._fresh = [False] * self.num_envs
        restarted = list(self._over)
        for number, action in enumerate(actions):
            if restarted[number]:
                self._open[number].ready()
            else:
                self._open[number].press(self._states[number], self._table[int(action)])
        rewards = numpy.zeros(self.num_envs, numpy.float64)
        ends = numpy.zeros((2, self.num_envs), numpy.bool_)
        for number, game in enumerate(self._open):
            state = game.first() if restarted[number] else game.next()
            self._states[number] = state
            if not restarted[number]:
                rewards[number] = state.reward
                ends[:, number] = _ends(state)
            self._over[number] = bool(ends[:, number].any())
        return self._observe(range(self.num_envs)), rewards, ends[0], ends[1], self._infos()

    def _observe(self, numbers: Sequence[int], *, restart: bool = False) -> numpy.ndarray:
        for number in numbers:
            before = None if restart else self._seen[number]
            self._seen[number] = self._games.observe(self._states[number], before)
        return numpy.stack([seen for seen in self._seen if seen is not None])

    def _infos(self) -> dict[str, Any]:
        infos: dict[str, Any] = {}
        for number, (game, state) in enumerate(zip(self._open, self._states)):
            infos = self._add_info(infos, _info(game, state), number)
        return infos

    def close_extras(self, **_: Any) -> None:
        for game in self._open:
            game.close()
