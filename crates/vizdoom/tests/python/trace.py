"""Prints what the Python API sees of some episodes, one line a step.

Usage: trace.py JOBS, with JOBS a list of JSON objects:
  config      path of a .cfg file
  settings    lines of more settings, applied after the file
  seeds       seed of each episode: set_seed(seed); new_episode()
  skips       tics per action; the episodes are played once for each
  tics        limit of tics per episode
  ini         path of the engine's settings file
The driver's tests print the same lines and compare them.
"""

import json
import struct
import sys
import zlib

import vizdoom as vzd

MASK = (1 << 64) - 1


def bits(value):
    return struct.pack(">d", value).hex()


def crc(buffer):
    return "-" if buffer is None else f"{zlib.crc32(buffer.tobytes()):08x}"


class Actions:
    """The same action stream as the Rust side's."""

    def __init__(self, seed, buttons):
        self.state = seed
        self.deltas = [button.value >= 38 for button in buttons]

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & MASK
        word = self.state >> 20
        action = []
        for i, delta in enumerate(self.deltas):
            part = word >> i
            action.append(float(part % 7) - 3.0 if delta else float(part & 1))
        return action


POSE = (
    "position_x position_y position_z angle pitch roll velocity_x velocity_y velocity_z"
).split()


def pose(thing, prefix=""):
    return ",".join(bits(getattr(thing, prefix + name)) for name in POSE)


def labels(state):
    for label in state.labels or []:
        box = f"{label.x},{label.y},{label.width},{label.height}"
        print(
            f"label {label.object_id} {label.object_name} {label.object_category} "
            f"{label.value} {box} {pose(label, 'object_')}"
        )


def objects(state):
    for thing in state.objects or []:
        print(f"object {thing.id} {thing.sector_id} {thing.name} {thing.category} {pose(thing)}")


def sectors(state):
    for sector in state.sectors or []:
        lines = ";".join(
            f"{bits(l.x1)},{bits(l.y1)},{bits(l.x2)},{bits(l.y2)},{int(l.is_blocking)}"
            for l in sector.lines
        )
        print(
            f"sector {sector.id} {bits(sector.floor_height)} "
            f"{bits(sector.ceiling_height)} {lines}"
        )


def show(game, variables):
    state = game.get_state()
    if state is None:
        return
    print(f"state {state.tic} " + " ".join(bits(game.get_game_variable(v)) for v in variables))
    print(
        f"buffers {crc(state.screen_buffer)} {crc(state.depth_buffer)} "
        f"{crc(state.labels_buffer)} {crc(state.automap_buffer)}"
    )
    labels(state)
    objects(state)
    sectors(state)
    text = getattr(state, "notifications_buffer", None)
    print("notifications " + (text.encode().hex() if text else "-"))


def end_of(game):
    if not game.is_episode_finished():
        return "-"
    if game.is_player_dead():
        return "dead"
    return "timeout" if game.is_episode_timeout_reached() else "map"


def play(game, variables, actions, seed, skip, steps):
    game.set_seed(seed)
    game.new_episode()
    print(f"episode {seed} skip {skip}")
    show(game, variables)
    for _ in range(steps):
        if game.is_episode_finished():
            break
        reward = game.make_action(actions.next(), skip)
        print(f"step {bits(reward)} {bits(game.get_total_reward())} {end_of(game)}")
        show(game, variables)
    print("final " + " ".join(bits(game.get_game_variable(v)) for v in variables))


def main(job):
    game = vzd.DoomGame()
    game.load_config(job["config"])
    if job["settings"]:
        game.set_config(job["settings"])
    game.set_window_visible(False)
    game.set_sound_enabled(False)
    game.set_audio_buffer_enabled(False)
    game.set_mode(vzd.Mode.PLAYER)
    game.set_doom_config_path(job["ini"])
    game.init()
    variables = [v for _, v in sorted((int(v), v) for v in vzd.GameVariable.__members__.values())]
    for skip in job["skips"]:
        actions = Actions(1, game.get_available_buttons())
        for seed in job["seeds"]:
            play(game, variables, actions, seed, skip, job["tics"] // skip)
    game.close()


for one in json.loads(sys.argv[1]):
    main(one)
