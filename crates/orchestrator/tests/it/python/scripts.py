"""Plays three scripted policies through ViZDoom's Python API and prints kills and tics per episode as JSON.

Arguments: the buttons separated by blanks or "-" for the scenario's own, then the seeds.
"""

import json
import os
import sys

import vizdoom
from vizdoom import GameVariable

buttons = None if sys.argv[1] == "-" else [getattr(vizdoom.Button, name) for name in sys.argv[1].split()]
seeds = [int(text) for text in sys.argv[2:]]

game = vizdoom.DoomGame()
game.load_config(os.path.join(vizdoom.scenarios_path, "defend_the_line.cfg"))
if buttons:
    game.set_available_buttons(buttons)
game.set_doom_skill(3)
game.set_episode_timeout(2100)
game.set_screen_resolution(vizdoom.ScreenResolution.RES_160X120)
game.set_window_visible(False)
game.set_mode(vizdoom.Mode.PLAYER)
game.init()

names = [button.name for button in game.get_available_buttons()]
LEFT, RIGHT, ATTACK = names.index("TURN_LEFT"), names.index("TURN_RIGHT"), names.index("ATTACK")


def attack_only(tick, health, ammo):
    return ATTACK


def rule_only(tick, health, ammo):
    return LEFT if health < 30 or ammo == 0 else ATTACK


class SweepLr:
    """The guard does not advance the cycle attack, left, attack, right."""

    def __init__(self):
        self.step = 0

    def __call__(self, tick, health, ammo):
        if health < 20 or ammo == 0:
            return LEFT
        action = [ATTACK, LEFT, ATTACK, RIGHT][self.step % 4]
        self.step += 1
        return action


results = []
for name, policy in [("attack_only", lambda: attack_only), ("rule_only", lambda: rule_only), ("sweep_lr", SweepLr)]:
    for seed in seeds:
        game.set_seed(seed)
        game.new_episode()
        decide, tick = policy(), 0
        first_kills, first_tic = game.get_game_variable(GameVariable.KILLCOUNT), game.get_episode_time()
        while not game.is_episode_finished():
            health = game.get_game_variable(GameVariable.HEALTH)
            ammo = game.get_game_variable(GameVariable.SELECTED_WEAPON_AMMO)
            pressed = decide(tick, health, ammo)
            game.make_action([int(index == pressed) for index in range(len(names))], 1)
            tick += 1
        kills = int(game.get_game_variable(GameVariable.KILLCOUNT) - first_kills)
        results.append([name, seed, kills, game.get_episode_time() - first_tic])
game.close()
print(json.dumps(results))
