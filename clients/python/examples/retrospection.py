"""Writes strategy documents for an evolution with `retrospection = "external"`.

Usage: python retrospection.py [ADDRESS], by default 127.0.0.1:50060. `think` is the place to ask a language model: what it
is told of a generation is plain data, and what it is answered is checked by the orchestrator, which comes back with what is
wrong.
"""

import random
import sys
from concurrent import futures

import grpc

from claudoom.retrospection.v1 import retrospection_pb2 as pb
from claudoom.retrospection.v1 import retrospection_pb2_grpc as rpc


def think(asked):
    """A document about each of the three situations that hurt most and that none is about, with what may go better there than
    what is usually done: what is said of tactics that nobody has tried is a guess."""
    known = {document.id.split("-")[0] for document in asked.documents if document.life != pb.LIFE_RETIRED}
    draws = random.Random(asked.seed + asked.generation)
    written = []
    for scene in [scene for scene in asked.scenes if scene.tried and f"c{scene.cell}" not in known][:3]:
        usual = max(scene.tried, key=lambda one: one.trials).tactic
        chances = {one.tactic: (one.successes + 1) / (one.trials + 2) for one in scene.tried}
        others = [tactic for tactic in asked.tactics if tactic != usual]
        draws.shuffle(others)
        best = max(others, key=lambda tactic: chances.get(tactic, 0.5))
        written.append(
            pb.NewDocument(
                id=f"c{scene.cell}-{best}-g{asked.generation}",
                situation=scene.situation,
                response=pb.Response(tactic=best),
            )
        )
    return written[: asked.room]


class Retrospection(rpc.RetrospectionServiceServicer):
    def Reflect(self, asked, context):
        for fault in asked.faults:
            print(f"wrong: {fault.path}: {fault.message}", flush=True)
        documents = think(asked)
        print(f"generation {asked.generation}: {len(asked.scenes)} scenes, {len(documents)} written", flush=True)
        return pb.ReflectResponse(author="python-example", documents=documents)


if __name__ == "__main__":
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    rpc.add_RetrospectionServiceServicer_to_server(Retrospection(), server)
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50060"
    server.add_insecure_port(address)
    server.start()
    print(f"listening on {address}", flush=True)
    server.wait_for_termination()
