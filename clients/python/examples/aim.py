"""A Python agent that dials in and plays: it turns towards the nearest monster and fires when it is in front."""

import claudoom


def decide(state, buttons):
    monsters = [thing for thing in state.entities if thing.category == "Monster"]
    if not monsters:
        return ["TURN_RIGHT"]
    target = min(monsters, key=lambda monster: monster.distance)
    if abs(target.bearing) < 5:
        return ["ATTACK"]
    return ["TURN_LEFT" if target.bearing > 0 else "TURN_RIGHT"]


agent = claudoom.Agent(decide, name="python-aim")
for episode in agent.play("defend_the_line", seed=7, episodes=3, skill=3):
    print(f"seed {episode.seed}: {episode.kills} kills in {episode.ticks} decisions, {episode.end}")
