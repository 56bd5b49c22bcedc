"""Steps a ViZDoom game through its Python API and prints decisions per second.

Only stepping is timed, not the start of episodes. Arguments: scenario, resolution, frame skip, "frames" or "none",
seconds, file with lists of button masks, processor or "-".
"""

import json
import os
import sys
import time

import vizdoom

scenario, resolution, skip, frames, seconds, actions_file, cpu = sys.argv[1:]
if cpu != "-":
    os.sched_setaffinity(0, {int(cpu)})
skip, seconds = int(skip), float(seconds)
with open(actions_file) as file:
    episodes = json.load(file)

game = vizdoom.DoomGame()
game.load_config(os.path.join(vizdoom.scenarios_path, scenario + ".cfg"))
game.set_screen_resolution(getattr(vizdoom.ScreenResolution, "RES_" + resolution.upper()))
game.set_screen_format(vizdoom.ScreenFormat.RGB24)
game.set_window_visible(False)
game.set_mode(vizdoom.Mode.PLAYER)
game.init()
buttons = game.get_available_buttons_size()
lists = [[[mask >> bit & 1 for bit in range(buttons)] for mask in masks] for masks in episodes]

stepping, decisions, episode = 0.0, 0, 0
while stepping < seconds:
    game.set_seed(1000 + episode)
    game.new_episode()
    actions = lists[episode % len(lists)]
    episode += 1
    begun = time.perf_counter()
    for action in actions:
        state = game.get_state()
        if frames == "frames":
            state.screen_buffer
        game.make_action(action, skip)
        decisions += 1
        if game.is_episode_finished():
            break
    stepping += time.perf_counter() - begun
game.close()
print(decisions / stepping)
