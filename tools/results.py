"""Evolves agents for every task below experiments/results, plays them against each other, and writes docs/results.md.

What was played before is not played again, so it can be stopped at any time. Usage:
results.py ORCHESTRATOR DATA [TASK ...]
"""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TASKS = ROOT / "experiments" / "results"
PAGE = ROOT / "docs" / "results.md"
# Episodes of each agent that CI plays again.
REPLAYED = 5
# Networks begin without genes of other policies and without rules, as `random.toml` does.
NEURAL = [
    "agent.file=random.toml",
    "agent.policy=neural",
    "evolution.algorithm=separable_cma_es",
    "evolution.own_genome=false",
    "evolution.step=0.1",
    # No network plays in two rounds, and rounds have seeds of their own: nothing but the order of rounds compares them.
    "evolution.champion=last",
]
# What the network of a task looks at and decides; everything unless given. The fewer weights, the sooner they are found.
LOOKS = {
    "defend-the-center": (
        ["enemy_bearing", "enemy_distance", "enemy_offset", "in_line", "ready"],
        ["turn_left", "turn_right", "fire"],
    ),
    "my-way-home": (
        ["armor_pickup_bearing", "armor_pickup_distance", "speed_ahead", "speed_left", "turn_rate"],
        ["turn_left", "turn_right", "strafe_right", "forward"],
    ),
    "predict-position": (
        ["enemy_bearing", "enemy_distance", "enemy_offset", "turn_rate"],
        ["turn_left", "turn_right", "fire"],
    ),
}
CONTROLLED = "defend-the-line-3"
BEGIN, END = "<!-- table: written by tools/results.py -->", "<!-- end of the table -->"


class Orchestrator:
    def __init__(self, program, data):
        self.program, self.place = program, ["--embedded", "--data", data]

    def run(self, *words):
        print("+ orchestrator", *words, file=sys.stderr, flush=True)
        done = subprocess.run([self.program, *words, *self.place], stdout=subprocess.PIPE, cwd=ROOT)
        if done.returncode:
            sys.exit(f"that failed with {done.returncode}")
        return done.stdout.decode()

    def json(self, *words):
        return json.loads(self.run(*words, "-o", "json"))

    def launch(self, file, *settings):
        return self.json("launch", str(file), *(word for one in settings for word in ("--set", one)))


def neural(task):
    """The settings of a task's evolution of networks."""
    if task not in LOOKS:
        return NEURAL
    inputs, outputs = LOOKS[task]
    rows = [*(f"input_{name}" for name in inputs), "bias", *(f"output_{name}" for name in outputs)]
    genes = [*(f"{row}_0..7" for row in rows), *(f"bias_{name}" for name in outputs)]
    return [*NEURAL, f"evolution.genes={json.dumps(genes)}"]


def evolve(orchestrator, folder, policy, settings):
    """Evolves a policy and writes its champion's definition."""
    name = f"{folder.name}-{policy}"
    orchestrator.launch(folder / "evolve.toml", f"name={name}", *settings)
    champion = str(folder / f"{policy}.toml")
    orchestrator.run("evolve", "best", name, "-o", "definition", "--out", champion, "--force")
    return orchestrator.json("evolve", "status", name)


def choose(orchestrator, folder):
    """The scripted policy that did best in the pilot."""
    pilot = folder / "pilot.toml"
    if not pilot.exists():
        return
    conditions = orchestrator.launch(pilot)["conditions"]
    best = max(conditions, key=lambda condition: condition["mean"])
    text = f"# The best of {len(conditions)} in pilot.toml.\npolicy = \"{best['levels']['policy']}\"\n"
    (folder / "scripted.toml").write_text(text)


def final(orchestrator, folder):
    """All agents on seeds that none has seen; the first of them again for CI."""
    replay = orchestrator.launch(folder / "final.toml", f"seeds.episodes={REPLAYED}")
    (folder / "replay.txt").write_text(replay["digest"] + "\n")
    played = orchestrator.launch(folder / "final.toml")
    means = {}
    for condition in played["conditions"]:
        name = condition["levels"]["agent"]["name"].removesuffix(".toml")
        means[name] = [condition["mean"], *condition["interval"]]
    return {"fitness": played["spec"]["fitness"], "digest": played["digest"], "means": means}


def control(orchestrator, folder):
    """A random search with the episodes of the evolution, and both champions on the same unseen seeds."""
    name = f"{folder.name}-random-search"
    orchestrator.launch(folder / "evolve.toml", f"name={name}", "evolution.algorithm=random")
    met = orchestrator.json("evolve", "compare", f"{folder.name}-cascade", name)
    return {key: met[key] for key in ("difference", "interval", "p")}


def play(orchestrator, folder):
    choose(orchestrator, folder)
    evolved = {"cascade": evolve(orchestrator, folder, "cascade", [])}
    evolved["neural"] = evolve(orchestrator, folder, "neural", neural(folder.name))
    found = final(orchestrator, folder)
    for policy, status in evolved.items():
        confirmed = status["confirmation"] or {}
        found[f"{policy}_gained"] = {key: confirmed.get(key) for key in ("difference", "interval", "p")}
    if folder.name == CONTROLLED:
        found["control"] = control(orchestrator, folder)
    (folder / "result.json").write_text(json.dumps(found, indent=1) + "\n")


def cell(values):
    """A mean with its interval."""
    mean, low, high = values
    # Rewards are small or large; two digits behind the point are enough for either.
    digits = 2 if abs(mean) < 10 else 1
    return f"{mean:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def row(folder):
    found = json.loads((folder / "result.json").read_text())
    scripted = (folder / "scripted.toml").read_text().split('policy = "')[1].split('"')[0]
    cells = [cell(found["means"][agent]) for agent in ("random", "scripted", "cascade", "neural")]
    cells[1] += f" `{scripted}`"
    return f"| [{folder.name}](../experiments/results/{folder.name}) | {found['fitness']} | {' | '.join(cells)} |"


def gain(values):
    """What a champion has more than the best of its first generation, on seeds never seen."""
    if not values["difference"]:
        return "the same"
    low, high = values["interval"]
    return f"{values['difference']:+.2f} ({low:.2f} to {high:.2f}), p = {values['p']:.1g}"


def gains(folder):
    found = json.loads((folder / "result.json").read_text())
    return f"| {folder.name} | {gain(found['cascade_gained'])} | {gain(found['neural_gained'])} |"


def write_page():
    """Puts the tables of all tasks that have a result between the marks."""
    folders = [folder for folder in sorted(TASKS.iterdir()) if (folder / "result.json").exists()]
    tables = [
        "| task | measure | random | best scripted | evolved cascade | evolved neural |",
        "|---|---|---|---|---|---|",
        *map(row, folders),
        "\nWhat each champion has more than the best agent of its first generation, on 100 seeds that were seen by neither:\n",
        "| task | cascade | neural |",
        "|---|---|---|",
        *map(gains, folders),
    ]
    before, rest = PAGE.read_text().split(BEGIN)
    PAGE.write_text(before + BEGIN + "\n" + "\n".join(tables) + "\n" + END + rest.split(END)[1])


def main():
    program, data, *names = sys.argv[1:]
    folders = [TASKS / name for name in names] or sorted(folder for folder in TASKS.iterdir() if folder.is_dir())
    orchestrator = Orchestrator(program, data)
    for folder in folders:
        play(orchestrator, folder)
        write_page()


main()
