"""Calls every method of both services as an independent client, and prints how often each was called.

Arguments: `reflection`, or the path of `buf`; the orchestrator's and the agent's address (host:port). Knows nothing of the
services but what reflection tells: a method that is served and not called here is an error.
"""

import json
import subprocess
import sys
import threading
import time

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

how, orchestrator, agent = sys.argv[1:]
ADDRESS = {"claudoom.orchestrator.v1.OrchestratorService": orchestrator, "claudoom.agent.v1.AgentService": agent}
SERVICE = {name.rpartition(".")[2]: name for name in ADDRESS}
called = {}


class Refused(Exception):
    """A call that ended with another code than OK."""


class Reflection:
    """grpcio with the descriptors that the daemons serve."""

    def __init__(self):
        self.channels = {name: grpc.insecure_channel(address) for name, address in ADDRESS.items()}
        self.pools = {
            name: descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
            for name, channel in self.channels.items()
        }

    def methods(self, service):
        return list(self.pools[service].FindServiceByName(service).methods)

    def stream(self, service, name, requests):
        """Yields the answers as JSON values."""
        method = self.pools[service].FindServiceByName(service).methods_by_name[name]
        kinds = [message_factory.GetMessageClass(kind) for kind in (method.input_type, method.output_type)]
        call = self.channels[service].stream_stream(
            f"/{service}/{name}", kinds[0].SerializeToString, kinds[1].FromString
        )
        messages = [json_format.ParseDict(request, kinds[0]()) for request in requests]
        try:
            for answer in call(iter(messages), timeout=120):
                yield json_format.MessageToDict(answer)
        except grpc.RpcError as error:
            raise Refused(error.code().name, error.details()) from None


class Buf(Reflection):
    """`buf curl`, one process for each call."""

    def stream(self, service, name, requests):
        command = [how, "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--reflect-protocol", "grpc-v1"]
        command += ["-d", "@-", f"http://{ADDRESS[service]}/{service}/{name}"]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            process.stdin.write("\n".join(map(json.dumps, requests)))
            process.stdin.close()
            decoder, text = json.JSONDecoder(), ""
            for line in process.stdout:
                text += line
                while text.strip():
                    try:
                        value, end = decoder.raw_decode(text.lstrip())
                    except json.JSONDecodeError:
                        break
                    text = text.lstrip()[end:]
                    yield value
            told = process.stderr.read()
            if process.wait() != 0:
                failure = json.loads(told[told.index("{") :]) if "{" in told else {"code": "?", "message": told}
                raise Refused(failure["code"].upper(), failure.get("message", ""))
        finally:
            process.kill()
            process.wait()


client = Reflection() if how == "reflection" else Buf()


def stream(name, *requests, service="OrchestratorService"):
    called[f"{service}/{name}"] = called.get(f"{service}/{name}", 0) + 1
    return client.stream(SERVICE[service], name, requests)


def call(name, request=None, service="OrchestratorService"):
    """The one answer to a call."""
    (answer,) = stream(name, request or {}, service=service)
    return answer


def refused(name, request, code):
    try:
        call(name, request)
    except Refused as error:
        assert error.args[0] == code, error
    else:
        raise AssertionError(f"{name} was not refused")


def base64(text):
    import base64

    return base64.b64encode(text.encode()).decode()


def experiment(name, episodes):
    return base64(
        f'name = "{name}"\nseed = 3\n[scenario]\nname = "basic"\ntimeout = 40\n[agent]\npolicy = "random"\n[seeds]\n'
        f"episodes = {episodes}\n[[design.factors]]\nparameter = \"agent.policy\"\nlevels = [\"random\", \"attack_only\"]\n"
    )


def experiments():
    file = {"content": experiment("every", 2), "fileName": "every.toml"}
    assert call("ValidateExperiment", file)["valid"]
    assert call("ResolveExperiment", file)["agents"] == 2
    id = call("LaunchExperiment", file)["experiment"]["id"]
    events = list(stream("StreamEvents", {"experimentId": id}))
    assert events[-1]["isFinal"] and [int(event["sequence"]) for event in events] == list(range(1, len(events) + 1))
    assert call("GetExperiment", {"experimentId": id, "readMask": "experiment"})["experiment"]["status"].endswith("COMPLETED")
    assert any(one["id"] == id for one in call("ListExperiments", {"nameContains": "every"})["experiments"])
    assert len(call("ListScores", {"experimentId": id})["scores"]) == 4
    assert len(call("ListEpisodes", {"experimentId": id, "scored": True})["episodes"]) == 4
    assert call("GetEpisode", {"experimentId": id, "replicate": 1})["episode"]["score"]["actionLog"]
    assert call("GetReport", {"experimentId": id})["mediaType"] == "text/markdown"
    genomes = call("ListGenomes", {"experimentId": id})["genomes"]
    assert call("GetGenome", {"experimentId": id, "agent": genomes[0]["agent"]})["genome"] == genomes[0]
    jobs = call("ListJobs", {"experimentId": id})["jobs"]
    assert call("GetJob", {"jobId": jobs[0]["id"]})["job"]["status"] == "JOB_STATUS_DONE"
    refused("RedriveJobs", {"jobIds": [jobs[0]["id"]]}, "FAILED_PRECONDITION")
    call("ListDeadLetters")
    assert call("ListJournal", {"experimentId": id})["entries"][0]["action"] == "launched"
    refused("GetExperiment", {"experimentId": "nobody"}, "NOT_FOUND")
    refused("CreateCheckpoint", {"experimentId": id}, "FAILED_PRECONDITION")
    assert "artifacts" not in call("ListArtifacts", {"experimentId": id})


def control():
    file = {"content": experiment("controlled", 500), "fileName": "controlled.toml"}
    id = {"experimentId": call("LaunchExperiment", file)["experiment"]["id"]}
    assert call("PauseExperiment", {**id, "reason": "a look"})["experiment"]["status"].endswith("PAUSED")
    assert call("ExtendExperiment", {**id, "replicates": 501})["changed"]
    assert call("ResumeExperiment", id)["experiment"]["status"].endswith("RUNNING")
    assert call("StopExperiment", {**id, "mode": "STOP_MODE_NOW"})["experiment"]["status"].endswith("STOPPED")


def catalogues():
    for name in ("Scenarios", "Policies", "Designs", "Measures"):
        assert call(f"List{name}")[name.lower()]


def artifacts():
    # BLAKE3 of the text, from its reference implementation.
    blake3 = "d74981efa70a0c880b8d8c1985d075dbcbf679b99a5f9914e5aaf96b831a9e24"
    head = {"head": {"name": "hello", "size": 11, "blake3": blake3}}
    (put,) = stream("PutArtifact", head, {"chunk": base64("hello ")}, {"chunk": base64("world")})
    assert put["blake3"] == blake3
    parts = list(stream("GetArtifact", {"blake3": blake3}))
    assert parts[0]["chunk"] == base64("hello world")
    assert "missing" not in call("FindMissingArtifacts", {"blake3": [blake3]})
    assert call("ListArtifacts")["artifacts"][0]["blake3"] == blake3


def research():
    study = {"policy": "aim", "population": 4, "seed": "3"}
    session = {"sessionId": call("CreateSession", {"name": "every", "study": study})["session"]["id"]}
    call("SetSearchPaths", {**session, "searchPaths": [{"name": "none"}]})
    trials = call("Ask", {**session, "count": 2})["trials"]
    told = call("Tell", {**session, "results": [{"trialId": trial["id"], "value": 1.5} for trial in trials]})
    assert told["best"]["value"] == 1.5 and int(told["told"]) == 2
    assert call("CloseSession", session)["closed"]
    rate = {"name": "rate", "real": {"low": 0.01, "high": 1, "logarithmic": True}}
    kind = {"name": "kind", "categorical": {"names": ["small", "large"]}}
    own = {"study": {"space": [rate, kind, {"name": "deep", "flag": {}}], "population": 4}}
    session = {"sessionId": call("CreateSession", own)["session"]["id"]}
    for trial in call("Ask", {**session, "count": 4})["trials"]:
        assert 0.01 <= trial["values"]["rate"]["real"] <= 1 and trial["values"]["kind"]["category"] in ("small", "large")
    assert call("CloseSession", session)["closed"]


def practice():
    hello = {"phase": "PHASE_HELLO", "protocolMin": 1, "protocolMax": 1, "practice": {"scenario": "basic", "episodes": 1}}
    heard = list(
        stream(
            "LiveSession",
            {"status": hello},
            {"status": {"phase": "PHASE_READY"}},
            *({"action": {"tick": tick, "buttons": [False, False, True]}} for tick in range(3)),
        )
    )
    kinds = [next(iter(message)) for message in heard]
    assert kinds[:3] == ["config", "control", "state"], kinds
    assert [message["state"].get("tick", 0) for message in heard[2:]] == list(range(len(heard) - 2)), heard


def agents():
    spawned = call("SpawnAgent", {"reason": "every"})["agent"]
    assert spawned["state"] == "AGENT_STATE_SERVING"
    assert spawned["id"] in [one["id"] for one in call("ListAgents")["agents"]]
    changes = stream("WatchAgent", {"agentId": spawned["id"]})
    assert next(changes)["agent"]["id"] == spawned["id"]
    call("StopAgent", {"agentId": spawned["id"]})
    assert [change for change in changes][-1]["isFinal"]


def deciding():
    def on_agent(name, *requests):
        return stream(name, *requests, service="AgentService")

    config = {"agentId": "every", "policy": "random", "buttons": ["ATTACK", "MOVE_LEFT"], "frameSkip": 4, "protocolVersion": 1}
    played = list(
        on_agent(
            "LiveSession",
            {"config": config},
            {"control": {"command": "COMMAND_START", "episodeId": "e"}},
            {"state": {"tick": 0}},
            {"state": {"tick": 1, "episodeFinished": True}},
            {"control": {"command": "COMMAND_STOP"}},
        )
    )
    assert [next(iter(message)) for message in played][:3] == ["status", "status", "action"], played
    assert played[-1]["metrics"]["isFinal"]
    observed = []

    def observe():
        watch = on_agent("ObserveAgent", {"agentId": "every"})
        observed.append(next(watch))
        watch.close()

    thread = threading.Thread(target=observe)
    thread.start()
    until = time.monotonic() + 60
    while not observed and time.monotonic() < until:
        (answer,) = on_agent("GetAction", {"state": {"agentId": "every"}})
        assert answer["confidence"] > 0
        time.sleep(0.2)
    thread.join(timeout=60)
    assert observed and observed[0]["actionTaken"]["buttons"], observed
    states = [{"agentId": "every", "episodeId": "e", "tick": 0}, {"agentId": "every", "episodeId": "e", "tick": 1, "killCount": 2, "episodeFinished": True}]
    (scores,) = on_agent("BatchEvaluate", *states)
    assert scores["scores"][0]["kills"] == 2


for part in (experiments, control, catalogues, artifacts, research, practice, agents, deciding):
    part()
served = {f"{name.rpartition('.')[2]}/{method.name}" for name in ADDRESS for method in client.methods(name)}
assert set(called) == served, f"not called: {served - set(called)}, not served: {set(called) - served}"
print(json.dumps(called))
