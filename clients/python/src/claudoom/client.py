"""Experiments: launched, followed, read; and studies that ask and tell."""

from __future__ import annotations

import getpass
import json
import os
import pathlib
import random
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc

from . import errors, space as spaces
from ._channel import Place
from .orchestrator.v1 import orchestrator_pb2 as pb
from .orchestrator.v1 import orchestrator_pb2_grpc as rpc

if TYPE_CHECKING:
    import pandas

#: How often a call that only reads is made again, and the longest wait before the first repetition in seconds.
_RETRIES, _FIRST_WAIT, _LONGEST_WAIT = 3, 0.1, 10.0
#: Items of a page, and bytes of a part of a file.
_PAGE, _PART = 1000, 256 * 1024


@dataclass(frozen=True)
class Event:
    """Something that happened in an experiment."""

    #: Number within the experiment, from 1, without gaps.
    sequence: int
    #: What happened, such as `AgentEvaluated`.
    kind: str
    #: All about it.
    body: dict[str, Any]
    #: When it was committed, in milliseconds since 1970.
    time_ms: int
    #: Whether no event follows.
    is_final: bool


@dataclass(frozen=True)
class Trial:
    """A proposal of a study."""

    #: Its number within the study, from 1.
    id: int
    #: What to try, as experiments write it: a flag is 0 or 1, a choice the number of its name.
    genes: dict[str, float]
    #: What it came to, if that was told.
    value: float | None = None
    #: What to try, each with its type.
    values: spaces.Values = field(default_factory=dict)


class Client:
    """An orchestrator. Use it as a context manager, or close it."""

    def __init__(self, address: str | None = None, *, place: Place | None = None):
        self.place = place or Place(address)
        self._channel = self.place.channel()
        self._stub = rpc.OrchestratorServiceStub(self._channel)
        self._user = [("claudoom-user", f"{getpass.getuser()}@{socket.gethostname()}")]

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()

    def launch(
        self,
        file: str | os.PathLike[str],
        *,
        overrides: Iterable[str] = (),
        files: Mapping[str, str | os.PathLike[str]] | None = None,
        new: bool = False,
        study: Study | None = None,
    ) -> Experiment:
        """Launches the experiment of a TOML file, or goes on with the one that the same file started before.

        `files` says where the files are that the experiment names by paths of its own: they are handed over.
        """
        path = pathlib.Path(file)
        response = self._once(
            self._stub.LaunchExperiment,
            pb.LaunchExperimentRequest(
                content=path.read_bytes(),
                file_name=path.name,
                overrides=list(overrides),
                new=new,
                files=[self.put(name, source) for name, source in (files or {}).items()],
                session_id=study.session_id if study else "",
            ),
        )
        return Experiment(self, response.experiment.id)

    def experiment(self, name: str) -> Experiment:
        """The experiment of this id, beginning of an id, or name."""
        response = self._read(self._stub.GetExperiment, pb.GetExperimentRequest(experiment_id=name))
        return Experiment(self, response.experiment.id)

    def experiments(self, *, name_contains: str = "") -> list[pb.Experiment]:
        """Every experiment, newest first."""
        request = pb.ListExperimentsRequest(name_contains=name_contains, page_size=_PAGE)
        return list(self._pages(self._stub.ListExperiments, request, "experiments"))

    def put(self, name: str, source: str | os.PathLike[str]) -> pb.ArtifactRef:
        """Hands a file over, unless the orchestrator has it, and says what the path `name` stands for."""
        content = pathlib.Path(source).read_bytes()
        digest = _blake3(content)
        missing = self._read(self._stub.FindMissingArtifacts, pb.FindMissingArtifactsRequest(blake3=[digest])).missing
        if missing:
            head = pb.ArtifactHead(name=name, size=len(content), blake3=digest)
            parts = [pb.PutArtifactRequest(head=head)]
            parts += [pb.PutArtifactRequest(chunk=content[at : at + _PART]) for at in range(0, len(content), _PART)]
            self._once(self._stub.PutArtifact, iter(parts))
        return pb.ArtifactRef(path=name, blake3=digest, size=len(content))

    def study(
        self,
        policy: str = "",
        *,
        space: Mapping[str, spaces.Domain] | None = None,
        parameters: Iterable[str] = (),
        base: Mapping[str, float] | None = None,
        method: str = "genetic",
        seed: int = 1,
        population: int = 0,
        minimise: bool = False,
        overrides: Iterable[str] = (),
        name: str = "",
    ) -> Study:
        """Opens a study of a policy's parameters, or of those of your own that `space` names: each a `Real`, an `Integer`,
        a `Choice` or a `Flag`. `method` is `random`, `latin_hypercube` or `genetic`."""
        spec = pb.StudySpec(
            policy=policy,
            parameters=list(parameters),
            base=dict(base or {}),
            method=pb.StudyMethod.Value(f"STUDY_METHOD_{method.upper()}"),
            seed=seed,
            population=population,
            minimise=minimise,
            space=spaces.messages(space or {}),
        )
        request = pb.CreateSessionRequest(name=name, overrides=list(overrides), study=spec)
        return Study(self, self._once(self._stub.CreateSession, request).session.id)

    def _once(self, method: Callable[..., Any], request: Any, timeout: float = 120) -> Any:
        try:
            return method(request, timeout=timeout, metadata=self._user)
        except grpc.RpcError as error:
            raise errors.read(error) from None

    def _read(self, method: Callable[..., Any], request: Any, timeout: float = 60) -> Any:
        """A call that only reads, made again after failures that pass."""
        for attempt in range(_RETRIES + 1):
            try:
                return method(request, timeout=timeout, metadata=self._user)
            except grpc.RpcError as error:
                if attempt == _RETRIES or error.code() not in errors.PASSING:
                    raise errors.read(error) from None
                time.sleep(_wait(attempt))

    def _pages(self, method: Callable[..., Any], request: Any, items: str) -> Iterator[Any]:
        while True:
            response = self._read(method, request)
            yield from getattr(response, items)
            if not response.next_page_token:
                return
            request.page_token = response.next_page_token


class Experiment:
    """An experiment of an orchestrator."""

    def __init__(self, client: Client, id: str):
        self.client = client
        #: Its id.
        self.id = id

    def __repr__(self) -> str:
        return f"Experiment({self.id!r})"

    def get(self) -> pb.Experiment:
        """How it stands."""
        request = pb.GetExperimentRequest(experiment_id=self.id)
        request.read_mask.paths.append("experiment")
        return self.client._read(self.client._stub.GetExperiment, request).experiment

    @property
    def status(self) -> str:
        """Where it stands: `running`, `paused`, `completed`, `failed`, `stopping` or `stopped`."""
        return pb.ExperimentStatus.Name(self.get().status).removeprefix("EXPERIMENT_STATUS_").lower()

    def watch(self, after: int = 0) -> Iterator[Event]:
        """Every event after that number, until the one that ends the experiment. A connection that is lost is made again
        behind the last event, so that none is missed and none comes twice."""
        attempt = 0
        while True:
            request = pb.StreamEventsRequest(experiment_id=self.id, after_sequence=after)
            try:
                for event in self.client._stub.StreamEvents(request):
                    attempt, after = 0, event.sequence
                    kind = event.kind.rpartition(".")[2]
                    yield Event(event.sequence, kind, json.loads(event.body), event.time_ms, event.is_final)
                    if event.is_final:
                        return
                return
            except grpc.RpcError as error:
                if error.code() not in errors.PASSING:
                    raise errors.read(error) from None
                time.sleep(_wait(attempt))
                attempt += 1

    def wait(self) -> pb.Experiment:
        """Waits until it has ended, and returns how it stands then."""
        for _ in self.watch():
            pass
        return self.get()

    def scores(self, *, generation: int | None = None, agent: str = "") -> pandas.DataFrame:
        """One row for every scored episode, in key order. Needs pandas."""
        import pandas

        request = pb.ListScoresRequest(experiment_id=self.id, generation=generation, agent=agent, page_size=_PAGE)
        rows = [_row(score) for score in self.client._pages(self.client._stub.ListScores, request, "scores")]
        columns = [field.name for field in pb.ScoreRow.DESCRIPTOR.fields if field.name != "action_log"]
        return pandas.DataFrame(rows, columns=columns)

    def episode(self, generation: int, position: int, replicate: int) -> pb.GetEpisodeResponse:
        """One episode with its actions, and its ticks where they are kept."""
        request = pb.GetEpisodeRequest(
            experiment_id=self.id, generation=generation, position=position, replicate=replicate
        )
        return self.client._read(self.client._stub.GetEpisode, request)

    def report(self, *, as_json: bool = False) -> str:
        """A report as it stands, as Markdown or as JSON."""
        format = pb.REPORT_FORMAT_JSON if as_json else pb.REPORT_FORMAT_MARKDOWN
        request = pb.GetReportRequest(experiment_id=self.id, format=format)
        return self.client._read(self.client._stub.GetReport, request).content.decode()

    def pause(self, reason: str = "") -> None:
        """Starts no new job until it is resumed."""
        self._change(self.client._stub.PauseExperiment, pb.PauseExperimentRequest, reason)

    def resume(self, reason: str = "") -> None:
        """Goes on."""
        self._change(self.client._stub.ResumeExperiment, pb.ResumeExperimentRequest, reason)

    def stop(self, reason: str = "", *, now: bool = False) -> None:
        """Ends it for good, once jobs in play have finished, or at once."""
        mode = pb.STOP_MODE_NOW if now else pb.STOP_MODE_DRAIN
        self._change(self.client._stub.StopExperiment, pb.StopExperimentRequest, reason, mode=mode)

    def _change(self, method: Callable[..., Any], request: Callable[..., Any], reason: str, **more: Any) -> None:
        self.client._read(method, request(experiment_id=self.id, reason=reason, **more))


class Study:
    """Trials of parameters, proposed by the orchestrator and played by you. Closed with its `with` block."""

    def __init__(self, client: Client, session_id: str):
        self.client = client
        #: The research session that keeps it.
        self.session_id = session_id

    def __enter__(self) -> Study:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, count: int = 1) -> list[Trial]:
        """Up to `count` proposals: fewer where a round ends, none (an `Error`) while results are needed first."""
        request = pb.AskRequest(session_id=self.session_id, count=count)
        return [_trial(trial) for trial in self.client._once(self.client._stub.Ask, request).trials]

    def tell(self, results: Mapping[int, float | None]) -> Trial | None:
        """Takes in what trials came to, by their numbers; None for one that failed. Returns the best so far."""
        entries = [
            pb.TrialResult(trial_id=id, failure="failed") if value is None else pb.TrialResult(trial_id=id, value=value)
            for id, value in results.items()
        ]
        request = pb.TellRequest(session_id=self.session_id, results=entries)
        response = self.client._read(self.client._stub.Tell, request)
        if response.errors:
            faults = [(f"results[{error.index}]", error.message) for error in response.errors]
            raise errors.Error("FAILED_PRECONDITION", "some results were not taken in", violations=faults)
        return _trial(response.best) if response.HasField("best") else None

    def close(self) -> None:
        """Closes it. What was launched from it goes on."""
        self.client._read(self.client._stub.CloseSession, pb.CloseSessionRequest(session_id=self.session_id))


def _trial(message: pb.Trial) -> Trial:
    value = message.value if message.HasField("value") else None
    return Trial(message.id, dict(message.genes), value, spaces.values(message))


def _row(score: pb.ScoreRow) -> dict[str, Any]:
    """A score as a row: what is absent is None, and the end of the episode is a word."""
    row: dict[str, Any] = {}
    for field in score.DESCRIPTOR.fields:
        if field.name == "action_log":
            continue
        absent = field.has_presence and not score.HasField(field.name)
        row[field.name] = None if absent else getattr(score, field.name)
    row["end"] = pb.EpisodeEnd.Name(score.end).removeprefix("EPISODE_END_").lower()
    return row


def _wait(attempt: int) -> float:
    """Full jitter: a random part of a wait that doubles."""
    return random.random() * min(_FIRST_WAIT * 2**attempt, _LONGEST_WAIT)


def _blake3(content: bytes) -> str:
    try:
        from blake3 import blake3
    except ImportError as error:
        raise ImportError("handing files over needs the package blake3: pip install blake3") from error
    return blake3(content).hexdigest()
