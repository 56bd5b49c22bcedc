from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Metadata(_message.Message):
    __slots__ = ("event_id", "experiment_id", "occurrence", "subject")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    experiment_id: str
    occurrence: int
    subject: str
    def __init__(self, event_id: _Optional[str] = ..., experiment_id: _Optional[str] = ..., occurrence: _Optional[int] = ..., subject: _Optional[str] = ...) -> None: ...

class ExperimentStarted(_message.Message):
    __slots__ = ("metadata", "name", "episodes")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    metadata: Metadata
    name: str
    episodes: int
    def __init__(self, metadata: _Optional[_Union[Metadata, _Mapping]] = ..., name: _Optional[str] = ..., episodes: _Optional[int] = ...) -> None: ...

class ExperimentCompleted(_message.Message):
    __slots__ = ("metadata", "digest", "episodes")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    metadata: Metadata
    digest: str
    episodes: int
    def __init__(self, metadata: _Optional[_Union[Metadata, _Mapping]] = ..., digest: _Optional[str] = ..., episodes: _Optional[int] = ...) -> None: ...

class ExperimentFailed(_message.Message):
    __slots__ = ("metadata", "reason")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    metadata: Metadata
    reason: str
    def __init__(self, metadata: _Optional[_Union[Metadata, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class ExperimentPaused(_message.Message):
    __slots__ = ("metadata", "reason")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    metadata: Metadata
    reason: str
    def __init__(self, metadata: _Optional[_Union[Metadata, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class ExperimentResumed(_message.Message):
    __slots__ = ("metadata", "reason")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    metadata: Metadata
    reason: str
    def __init__(self, metadata: _Optional[_Union[Metadata, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class ExperimentStopped(_message.Message):
    __slots__ = ("metadata", "reason")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    metadata: Metadata
    reason: str
    def __init__(self, metadata: _Optional[_Union[Metadata, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class ExperimentExtended(_message.Message):
    __slots__ = ("metadata", "replicates", "generations", "episodes", "reason")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    REPLICATES_FIELD_NUMBER: _ClassVar[int]
    GENERATIONS_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    metadata: Metadata
    replicates: int
    generations: int
    episodes: int
    reason: str
    def __init__(self, metadata: _Optional[_Union[Metadata, _Mapping]] = ..., replicates: _Optional[int] = ..., generations: _Optional[int] = ..., episodes: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class GenerationStarted(_message.Message):
    __slots__ = ("metadata", "generation", "agents", "episodes", "purpose")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    metadata: Metadata
    generation: int
    agents: int
    episodes: int
    purpose: str
    def __init__(self, metadata: _Optional[_Union[Metadata, _Mapping]] = ..., generation: _Optional[int] = ..., agents: _Optional[int] = ..., episodes: _Optional[int] = ..., purpose: _Optional[str] = ...) -> None: ...

class GenerationCompleted(_message.Message):
    __slots__ = ("metadata", "generation", "best_agent", "best_fitness", "mean_fitness", "episodes", "purpose")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    BEST_AGENT_FIELD_NUMBER: _ClassVar[int]
    BEST_FITNESS_FIELD_NUMBER: _ClassVar[int]
    MEAN_FITNESS_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    metadata: Metadata
    generation: int
    best_agent: str
    best_fitness: float
    mean_fitness: float
    episodes: int
    purpose: str
    def __init__(self, metadata: _Optional[_Union[Metadata, _Mapping]] = ..., generation: _Optional[int] = ..., best_agent: _Optional[str] = ..., best_fitness: _Optional[float] = ..., mean_fitness: _Optional[float] = ..., episodes: _Optional[int] = ..., purpose: _Optional[str] = ...) -> None: ...

class AgentEvaluated(_message.Message):
    __slots__ = ("metadata", "generation", "agent", "position", "fitness", "kills", "episodes", "purpose")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    FITNESS_FIELD_NUMBER: _ClassVar[int]
    KILLS_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    metadata: Metadata
    generation: int
    agent: str
    position: int
    fitness: float
    kills: float
    episodes: int
    purpose: str
    def __init__(self, metadata: _Optional[_Union[Metadata, _Mapping]] = ..., generation: _Optional[int] = ..., agent: _Optional[str] = ..., position: _Optional[int] = ..., fitness: _Optional[float] = ..., kills: _Optional[float] = ..., episodes: _Optional[int] = ..., purpose: _Optional[str] = ...) -> None: ...

class AgentError(_message.Message):
    __slots__ = ("metadata", "generation", "agent", "message")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    metadata: Metadata
    generation: int
    agent: str
    message: str
    def __init__(self, metadata: _Optional[_Union[Metadata, _Mapping]] = ..., generation: _Optional[int] = ..., agent: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class AgentProgress(_message.Message):
    __slots__ = ("experiment_id", "generation", "agent", "position", "episodes_scored", "episodes_planned", "fitness", "kills", "ticks", "purpose")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    EPISODES_SCORED_FIELD_NUMBER: _ClassVar[int]
    EPISODES_PLANNED_FIELD_NUMBER: _ClassVar[int]
    FITNESS_FIELD_NUMBER: _ClassVar[int]
    KILLS_FIELD_NUMBER: _ClassVar[int]
    TICKS_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    generation: int
    agent: str
    position: int
    episodes_scored: int
    episodes_planned: int
    fitness: float
    kills: float
    ticks: int
    purpose: str
    def __init__(self, experiment_id: _Optional[str] = ..., generation: _Optional[int] = ..., agent: _Optional[str] = ..., position: _Optional[int] = ..., episodes_scored: _Optional[int] = ..., episodes_planned: _Optional[int] = ..., fitness: _Optional[float] = ..., kills: _Optional[float] = ..., ticks: _Optional[int] = ..., purpose: _Optional[str] = ...) -> None: ...

class GenerationProgress(_message.Message):
    __slots__ = ("experiment_id", "generation", "agents", "agents_evaluated", "episodes_scored", "episodes_planned", "best_agent", "best_fitness", "mean_fitness", "ticks", "purpose")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    AGENTS_EVALUATED_FIELD_NUMBER: _ClassVar[int]
    EPISODES_SCORED_FIELD_NUMBER: _ClassVar[int]
    EPISODES_PLANNED_FIELD_NUMBER: _ClassVar[int]
    BEST_AGENT_FIELD_NUMBER: _ClassVar[int]
    BEST_FITNESS_FIELD_NUMBER: _ClassVar[int]
    MEAN_FITNESS_FIELD_NUMBER: _ClassVar[int]
    TICKS_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    generation: int
    agents: int
    agents_evaluated: int
    episodes_scored: int
    episodes_planned: int
    best_agent: str
    best_fitness: float
    mean_fitness: float
    ticks: int
    purpose: str
    def __init__(self, experiment_id: _Optional[str] = ..., generation: _Optional[int] = ..., agents: _Optional[int] = ..., agents_evaluated: _Optional[int] = ..., episodes_scored: _Optional[int] = ..., episodes_planned: _Optional[int] = ..., best_agent: _Optional[str] = ..., best_fitness: _Optional[float] = ..., mean_fitness: _Optional[float] = ..., ticks: _Optional[int] = ..., purpose: _Optional[str] = ...) -> None: ...
