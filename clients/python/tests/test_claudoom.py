"""The package against a running orchestrator, which `ORCHESTRATOR_URL` names. It lends games and plays jobs."""

import math
import os
import pathlib
import threading

import gymnasium
import numpy
import pytest
from gymnasium.utils.env_checker import check_env

import claudoom
from claudoom import errors
from claudoom.gym import vector
from claudoom.guest import Game

EXPERIMENT = """
name = "python"
seed = 5
[scenario]
name = "basic"
timeout = 100
[agent]
policy = "attack_only"
[seeds]
episodes = 3
[[design.factors]]
parameter = "agent.policy"
levels = ["attack_only", "random"]
"""


@pytest.fixture
def client():
    with claudoom.Client() as client:
        yield client


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "python.toml"
    path.write_text(EXPERIMENT)
    return path


def test_an_experiment_is_launched_followed_and_read(client, file):
    experiment = client.launch(file, overrides=["seeds.episodes=2"])
    events = list(experiment.watch())
    frame = experiment.scores()

    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert events[-1].is_final and events[-1].kind == "ExperimentCompleted" and experiment.status == "completed"
    assert list(experiment.watch(after=events[-2].sequence))[0] == events[-1]
    assert len(frame) == 4 and set(frame.agent) == {"policy-attack_only", "policy-random"}
    assert frame.kills.dtype.kind == "i" and set(frame.end) <= {"death", "map_end", "timeout"}
    assert "# python" in experiment.report()
    assert experiment.episode(0, 0, 0).episode.score.trajectory == frame.trajectory[0]
    assert client.experiment("python").id == experiment.id
    assert client.launch(file, overrides=["seeds.episodes=2"]).id == experiment.id


def test_what_is_wrong_is_told_with_its_places(client, file):
    with pytest.raises(claudoom.Error) as refused:
        client.launch(file, overrides=["scenario.skill=9"])
    assert refused.value.code == "INVALID_ARGUMENT"
    assert refused.value.violations[0][0] == "scenario.skill" and refused.value.reason == "EXPERIMENT_INVALID"
    with pytest.raises(claudoom.Error) as missing:
        client.experiment("nobody")
    assert (missing.value.code, missing.value.reason) == ("NOT_FOUND", "EXPERIMENT_NOT_FOUND")
    with pytest.raises(ValueError, match="in the clear"):
        claudoom.Client(place=claudoom.Place("doom.example:50051", token="claudoom_1"))


def test_files_of_ones_own_are_handed_over(client, tmp_path):
    (tmp_path / "mine.toml").write_text('policy = "attack_only"\nseed = 3\n')
    file = tmp_path / "own.toml"
    file.write_text(EXPERIMENT.replace('policy = "attack_only"', 'file = "mine.toml"').split("[[design")[0] +
                    '[[design.factors]]\nparameter = "scenario.skill"\nlevels = [1, 2]\n')
    with pytest.raises(claudoom.Error) as missing:
        client.launch(file)
    assert missing.value.reason == "EXPERIMENT_INVALID" and "mine.toml" in missing.value.violations[0][1]
    experiment = client.launch(file, files={"mine.toml": tmp_path / "mine.toml"})
    assert experiment.wait().status and len(experiment.scores()) == 6


def test_a_study_asks_and_is_told(client):
    with client.study("aim", parameters=["tolerance"], population=4, seed=3, minimise=True) as study:
        trials = study.ask(10)
        assert [trial.id for trial in trials] == [1, 2, 3, 4] and set(trials[0].genes) == {"tolerance"}
        with pytest.raises(claudoom.Error, match="tell them first"):
            study.ask()
        best = study.tell({trial.id: trial.genes["tolerance"] for trial in trials[1:]} | {1: None})
        assert best.value == min(trial.genes["tolerance"] for trial in trials[1:])
        with pytest.raises(claudoom.Error, match="another result"):
            study.tell({2: -1.0})
        assert study.ask()[0].id == 5
    with pytest.raises(claudoom.Error):
        study.ask()


def test_a_study_may_have_parameters_of_ones_own(client):
    space = {
        "rate": claudoom.Real(1e-4, 1.0, log=True),
        "layers": claudoom.Integer(1, 4),
        "kind": claudoom.Choice("small", "large"),
        "dropout": claudoom.Flag(),
    }

    def loss(values):
        assert 1e-4 <= values["rate"] <= 1 and type(values["layers"]) is int and type(values["dropout"]) is bool
        return abs(math.log10(values["rate"]) + 2) + values["layers"] + (values["kind"] != "large") + values["dropout"]

    with client.study(space=space, population=8, seed=5, minimise=True) as study:
        for _ in range(8):
            trials = study.ask(8)
            best = study.tell({trial.id: loss(trial.values) for trial in trials})
    assert set(best.values) == set(space) and best.value == loss(best.values) < 2
    assert best.genes["kind"] == 1.0 and best.values["kind"] == "large" and best.values["dropout"] is False

    with pytest.raises(claudoom.Error) as wrong:
        client.study("aim", space={"rate": claudoom.Real(0, 1, log=True), "kind": claudoom.Choice("one")})
    places = [place for place, _ in wrong.value.violations]
    assert places == ["study.policy", "study.space[0].real.low", "study.space[1].categorical.names"]
    with pytest.raises(TypeError, match="rate"):
        client.study(space={"rate": (0, 1)})


def test_the_example_plays():
    example = pathlib.Path(__file__).parent.parent / "examples/aim.py"
    printed: list[str] = []
    exec(compile(example.read_text(), str(example), "exec"), {"print": printed.append})
    assert len(printed) == 3 and all("kills in" in line for line in printed), printed


def test_the_same_practice_is_the_same_games():
    def decide(state, buttons):
        return [(state.tick + number) % 3 == 0 for number in range(len(buttons))]

    agent = claudoom.Agent(decide)
    first = agent.play("basic", seed=11, episodes=2, timeout=60)
    again = agent.play("basic", seed=11, episodes=2, timeout=60)
    later = agent.play("basic", seed=11, episodes=1, first_episode=1, timeout=60)
    assert first == again and first[1] == later[0] and first[0].seed != first[1].seed
    with pytest.raises(ValueError, match="unknown buttons"):
        claudoom.Agent(lambda state, buttons: ["JUMP"]).play("basic")


def test_what_a_guest_does_wrong_is_told():
    for scenario, options, fault in [
        ("basicc", {}, "status.practice.scenario"),
        ("basic", {"skill": 9}, "status.practice.skill"),
        ("basic", {"buttons": ["JUMPP"]}, "status.practice.buttons"),
    ]:
        with pytest.raises(claudoom.Error) as refused:
            Game(scenario, **options)
        assert refused.value.code == "INVALID_ARGUMENT", refused.value
        assert refused.value.violations[0][0].startswith(fault), refused.value
    with Game("basic") as game:
        state = game.begin()
        state.tick += 1
        with pytest.raises(claudoom.Error) as refused:
            game.act(state, [False] * 3)
        assert refused.value.code == "INVALID_ARGUMENT" and "tick 1" in refused.value.message


def test_an_episode_can_be_broken_off_and_a_seed_be_named():
    with Game("basic", seed=2) as game:
        first = game.begin(77)
        assert game.seed == 77
        positions = [first.pos_x]
        for _ in range(3):
            game.act(game.begin(77), [True, False, False])
            positions.append(game.begin(77).pos_x)
        assert len(set(positions)) == 1


def test_walls_are_seen_by_who_asks_for_them():
    with Game("basic", observe=["walls"]) as game:
        state = game.begin()
        # The room is 448 wide, and the player looks along it.
        assert math.isclose(state.wall_left + state.wall_right, 448, rel_tol=1e-5)
        assert math.isclose(state.wall_ahead_left, min(2 * state.wall_left, state.wall_ahead / math.cos(math.pi / 6)), rel_tol=1e-5)
    with Game("basic") as game:
        assert not game.begin().HasField("wall_ahead")


def test_the_environment_passes_the_checker_and_is_determined_by_its_seed():
    env = claudoom.make("basic", timeout=200)
    check_env(env, skip_render_check=True)

    def play(seed):
        seen = [env.reset(seed=seed)[0]]
        for action in [1, 2, 3, 0, 1]:
            seen.append(env.step(action)[0])
        return numpy.stack(seen)

    assert (play(5) == play(5)).all()
    assert not (play(5) == play(6)).all()
    env.close()


def test_pictures_are_seen():
    env = claudoom.make("basic", observation="screen", timeout=200)
    observation, _ = env.reset(seed=1)
    assert observation.shape == env.observation_space.shape and observation.std() > 0
    over = False
    while not over:
        observation, reward, terminated, truncated, _ = env.step(0)
        over = terminated or truncated
    assert truncated and not terminated and env.observation_space.contains(observation)
    env.close()


def test_a_vector_environment_plays_as_its_single_games_do():
    options = {"timeout": 80, "actions": [[], ["ATTACK"], ["MOVE_LEFT"]]}
    envs = claudoom.make_vec("basic", 3, **options)
    assert isinstance(envs, gymnasium.vector.VectorEnv) and envs.num_envs == 3
    observations, infos = envs.reset(seed=40)
    assert list(infos["doom_seed"]) == [40, 41, 42] and envs.observation_space.contains(observations)
    single = claudoom.make("basic", **options)
    alone, _ = single.reset(seed=41)
    assert (alone == observations[1]).all()
    ended = numpy.zeros(3, bool)
    for step in range(60):
        actions = numpy.array([step % 3, 1, 2])
        observations, rewards, terminations, truncations, infos = envs.step(actions)
        if not ended[1]:
            alone, reward, terminated, truncated, _ = single.step(actions[1])
            assert (alone == observations[1]).all() and reward == rewards[1]
            assert (terminated, truncated) == (terminations[1], truncations[1])
        ended |= terminations | truncations
    assert ended.all(), "every game has ended, and begun again"
    assert envs.observation_space.contains(observations)
    envs.close()
    single.close()


def test_a_learner_trains_on_the_vector_environment():
    """The loop of single-file learners such as CleanRL's, with a linear policy and REINFORCE (Williams 1992)."""
    actions = [["TURN_LEFT"], ["TURN_RIGHT"], ["ATTACK"]]
    envs = claudoom.make_vec("defend_the_center", 4, timeout=700, actions=actions)
    draws = numpy.random.default_rng(3)
    observations, _ = envs.reset(seed=100)
    weights = numpy.zeros((observations.shape[1] + 1, len(actions)))
    trails, batch, returns = [[] for _ in range(4)], [], []
    while len(returns) < 96:
        seen = numpy.hstack([observations, numpy.ones((4, 1))])
        logits = seen @ weights
        chances = numpy.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        chosen = numpy.array([draws.choice(len(actions), p=row) for row in chances])
        observations, rewards, terminations, truncations, _ = envs.step(chosen)
        for game, trail in enumerate(trails):
            trail.append((numpy.outer(seen[game], numpy.eye(len(actions))[chosen[game]] - chances[game]), rewards[game]))
        for game in numpy.flatnonzero(terminations | truncations):
            returns.append(sum(reward for _, reward in trails[game]))
            batch.append((returns[-1], trails[game]))
            trails[game] = []
        if len(batch) >= 8:
            reached = numpy.array([total for total, _ in batch])
            for (_, trail), advantage in zip(batch, (reached - reached.mean()) / (reached.std() + 1e-8), strict=True):
                weights += 0.05 * advantage * sum(gradient for gradient, _ in trail)
            batch = []
    envs.close()
    # The same seeds and draws give the same run; -1 is the worst return there is.
    assert numpy.mean(returns[-48:]) > numpy.mean(returns[:32]) + 0.2, returns


def test_more_games_than_there_are_is_told_with_a_time():
    games = []
    with pytest.raises(claudoom.Error) as full:
        for _ in range(int(os.environ.get("PRACTICE_GAMES", "8")) + 1):
            games.append(Game("basic"))
    for game in games:
        game.close()
    assert (full.value.code, full.value.reason) == ("RESOURCE_EXHAUSTED", "GAMES_TAKEN")


def test_a_game_that_is_closed_is_given_back_at_once():
    games = int(os.environ.get("PRACTICE_GAMES", "8"))
    for _ in range(3):
        claudoom.make_vec("basic", games, timeout=40).close()


def test_games_are_given_back():
    # Those of the tests before have left; every game can be had again.
    def play():
        with Game("basic", timeout=20) as game:
            state = game.begin()
            while not state.episode_finished:
                state = game.act(state, [False] * 3)

    for _ in range(3):
        threads = [threading.Thread(target=play) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
            assert not thread.is_alive()


def test_things_are_seen_by_distance():
    state = claudoom.State(health=50, ammo=400)
    state.entities.add(category="Item", distance=900, bearing=90)
    state.entities.add(category="Monster", distance=100, bearing=0)
    seen = vector(state)
    assert seen[0] == 0.5 and seen[2] == 1.0
    assert list(seen[8:10]) == [1, 1] and list(seen[13:15]) == [1, 0] and seen[15] == pytest.approx(1)
    assert errors.Error("X", "y", violations=[("a", "b")]).__str__() == "X: y\n  a: b"
