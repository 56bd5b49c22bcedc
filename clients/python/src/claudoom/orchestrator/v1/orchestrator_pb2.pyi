from claudoom.agent.v1 import agent_pb2 as _agent_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExperimentStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPERIMENT_STATUS_UNSPECIFIED: _ClassVar[ExperimentStatus]
    EXPERIMENT_STATUS_RUNNING: _ClassVar[ExperimentStatus]
    EXPERIMENT_STATUS_PAUSED: _ClassVar[ExperimentStatus]
    EXPERIMENT_STATUS_COMPLETED: _ClassVar[ExperimentStatus]
    EXPERIMENT_STATUS_FAILED: _ClassVar[ExperimentStatus]
    EXPERIMENT_STATUS_STOPPED: _ClassVar[ExperimentStatus]
    EXPERIMENT_STATUS_STOPPING: _ClassVar[ExperimentStatus]

class StopMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STOP_MODE_UNSPECIFIED: _ClassVar[StopMode]
    STOP_MODE_DRAIN: _ClassVar[StopMode]
    STOP_MODE_NOW: _ClassVar[StopMode]

class GenerationStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GENERATION_STATUS_UNSPECIFIED: _ClassVar[GenerationStatus]
    GENERATION_STATUS_RUNNING: _ClassVar[GenerationStatus]
    GENERATION_STATUS_COMPLETED: _ClassVar[GenerationStatus]

class GenerationPurpose(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GENERATION_PURPOSE_UNSPECIFIED: _ClassVar[GenerationPurpose]
    GENERATION_PURPOSE_DESIGN: _ClassVar[GenerationPurpose]
    GENERATION_PURPOSE_EVOLUTION: _ClassVar[GenerationPurpose]
    GENERATION_PURPOSE_CONFIRMATION: _ClassVar[GenerationPurpose]
    GENERATION_PURPOSE_STATISTICS: _ClassVar[GenerationPurpose]

class EpisodeEnd(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EPISODE_END_UNSPECIFIED: _ClassVar[EpisodeEnd]
    EPISODE_END_DEATH: _ClassVar[EpisodeEnd]
    EPISODE_END_MAP_END: _ClassVar[EpisodeEnd]
    EPISODE_END_TIMEOUT: _ClassVar[EpisodeEnd]

class JobStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_STATUS_UNSPECIFIED: _ClassVar[JobStatus]
    JOB_STATUS_OPEN: _ClassVar[JobStatus]
    JOB_STATUS_RUNNING: _ClassVar[JobStatus]
    JOB_STATUS_DONE: _ClassVar[JobStatus]

class ReportFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REPORT_FORMAT_UNSPECIFIED: _ClassVar[ReportFormat]
    REPORT_FORMAT_MARKDOWN: _ClassVar[ReportFormat]
    REPORT_FORMAT_JSON: _ClassVar[ReportFormat]
    REPORT_FORMAT_HTML: _ClassVar[ReportFormat]

class StudyMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STUDY_METHOD_UNSPECIFIED: _ClassVar[StudyMethod]
    STUDY_METHOD_RANDOM: _ClassVar[StudyMethod]
    STUDY_METHOD_LATIN_HYPERCUBE: _ClassVar[StudyMethod]
    STUDY_METHOD_GENETIC: _ClassVar[StudyMethod]

class AgentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AGENT_STATE_UNSPECIFIED: _ClassVar[AgentState]
    AGENT_STATE_STARTING: _ClassVar[AgentState]
    AGENT_STATE_SERVING: _ClassVar[AgentState]
    AGENT_STATE_AWAY: _ClassVar[AgentState]
    AGENT_STATE_REJECTED: _ClassVar[AgentState]
    AGENT_STATE_STOPPING: _ClassVar[AgentState]
    AGENT_STATE_STOPPED: _ClassVar[AgentState]

class AgentOrigin(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AGENT_ORIGIN_UNSPECIFIED: _ClassVar[AgentOrigin]
    AGENT_ORIGIN_FIXED: _ClassVar[AgentOrigin]
    AGENT_ORIGIN_DNS: _ClassVar[AgentOrigin]
    AGENT_ORIGIN_SPAWNED: _ClassVar[AgentOrigin]
EXPERIMENT_STATUS_UNSPECIFIED: ExperimentStatus
EXPERIMENT_STATUS_RUNNING: ExperimentStatus
EXPERIMENT_STATUS_PAUSED: ExperimentStatus
EXPERIMENT_STATUS_COMPLETED: ExperimentStatus
EXPERIMENT_STATUS_FAILED: ExperimentStatus
EXPERIMENT_STATUS_STOPPED: ExperimentStatus
EXPERIMENT_STATUS_STOPPING: ExperimentStatus
STOP_MODE_UNSPECIFIED: StopMode
STOP_MODE_DRAIN: StopMode
STOP_MODE_NOW: StopMode
GENERATION_STATUS_UNSPECIFIED: GenerationStatus
GENERATION_STATUS_RUNNING: GenerationStatus
GENERATION_STATUS_COMPLETED: GenerationStatus
GENERATION_PURPOSE_UNSPECIFIED: GenerationPurpose
GENERATION_PURPOSE_DESIGN: GenerationPurpose
GENERATION_PURPOSE_EVOLUTION: GenerationPurpose
GENERATION_PURPOSE_CONFIRMATION: GenerationPurpose
GENERATION_PURPOSE_STATISTICS: GenerationPurpose
EPISODE_END_UNSPECIFIED: EpisodeEnd
EPISODE_END_DEATH: EpisodeEnd
EPISODE_END_MAP_END: EpisodeEnd
EPISODE_END_TIMEOUT: EpisodeEnd
JOB_STATUS_UNSPECIFIED: JobStatus
JOB_STATUS_OPEN: JobStatus
JOB_STATUS_RUNNING: JobStatus
JOB_STATUS_DONE: JobStatus
REPORT_FORMAT_UNSPECIFIED: ReportFormat
REPORT_FORMAT_MARKDOWN: ReportFormat
REPORT_FORMAT_JSON: ReportFormat
REPORT_FORMAT_HTML: ReportFormat
STUDY_METHOD_UNSPECIFIED: StudyMethod
STUDY_METHOD_RANDOM: StudyMethod
STUDY_METHOD_LATIN_HYPERCUBE: StudyMethod
STUDY_METHOD_GENETIC: StudyMethod
AGENT_STATE_UNSPECIFIED: AgentState
AGENT_STATE_STARTING: AgentState
AGENT_STATE_SERVING: AgentState
AGENT_STATE_AWAY: AgentState
AGENT_STATE_REJECTED: AgentState
AGENT_STATE_STOPPING: AgentState
AGENT_STATE_STOPPED: AgentState
AGENT_ORIGIN_UNSPECIFIED: AgentOrigin
AGENT_ORIGIN_FIXED: AgentOrigin
AGENT_ORIGIN_DNS: AgentOrigin
AGENT_ORIGIN_SPAWNED: AgentOrigin

class LaunchExperimentRequest(_message.Message):
    __slots__ = ("content", "file_name", "overrides", "new", "files", "session_id")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    NEW_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    file_name: str
    overrides: _containers.RepeatedScalarFieldContainer[str]
    new: bool
    files: _containers.RepeatedCompositeFieldContainer[ArtifactRef]
    session_id: str
    def __init__(self, content: _Optional[bytes] = ..., file_name: _Optional[str] = ..., overrides: _Optional[_Iterable[str]] = ..., new: _Optional[bool] = ..., files: _Optional[_Iterable[_Union[ArtifactRef, _Mapping]]] = ..., session_id: _Optional[str] = ...) -> None: ...

class ArtifactRef(_message.Message):
    __slots__ = ("path", "blake3", "size", "named_in")
    PATH_FIELD_NUMBER: _ClassVar[int]
    BLAKE3_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    NAMED_IN_FIELD_NUMBER: _ClassVar[int]
    path: str
    blake3: str
    size: int
    named_in: str
    def __init__(self, path: _Optional[str] = ..., blake3: _Optional[str] = ..., size: _Optional[int] = ..., named_in: _Optional[str] = ...) -> None: ...

class LaunchExperimentResponse(_message.Message):
    __slots__ = ("experiment", "existing", "warnings")
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    EXISTING_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    experiment: Experiment
    existing: bool
    warnings: _containers.RepeatedCompositeFieldContainer[Violation]
    def __init__(self, experiment: _Optional[_Union[Experiment, _Mapping]] = ..., existing: _Optional[bool] = ..., warnings: _Optional[_Iterable[_Union[Violation, _Mapping]]] = ...) -> None: ...

class ValidateExperimentRequest(_message.Message):
    __slots__ = ("content", "file_name", "overrides", "files", "session_id")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    file_name: str
    overrides: _containers.RepeatedScalarFieldContainer[str]
    files: _containers.RepeatedCompositeFieldContainer[ArtifactRef]
    session_id: str
    def __init__(self, content: _Optional[bytes] = ..., file_name: _Optional[str] = ..., overrides: _Optional[_Iterable[str]] = ..., files: _Optional[_Iterable[_Union[ArtifactRef, _Mapping]]] = ..., session_id: _Optional[str] = ...) -> None: ...

class ValidateExperimentResponse(_message.Message):
    __slots__ = ("valid", "violations", "episodes_planned")
    VALID_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    EPISODES_PLANNED_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    violations: _containers.RepeatedCompositeFieldContainer[Violation]
    episodes_planned: int
    def __init__(self, valid: _Optional[bool] = ..., violations: _Optional[_Iterable[_Union[Violation, _Mapping]]] = ..., episodes_planned: _Optional[int] = ...) -> None: ...

class Violation(_message.Message):
    __slots__ = ("path", "message", "help", "line", "column", "severity")
    class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SEVERITY_UNSPECIFIED: _ClassVar[Violation.Severity]
        SEVERITY_ERROR: _ClassVar[Violation.Severity]
        SEVERITY_WARNING: _ClassVar[Violation.Severity]
    SEVERITY_UNSPECIFIED: Violation.Severity
    SEVERITY_ERROR: Violation.Severity
    SEVERITY_WARNING: Violation.Severity
    PATH_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    HELP_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    path: str
    message: str
    help: str
    line: int
    column: int
    severity: Violation.Severity
    def __init__(self, path: _Optional[str] = ..., message: _Optional[str] = ..., help: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ..., severity: _Optional[_Union[Violation.Severity, str]] = ...) -> None: ...

class GetExperimentRequest(_message.Message):
    __slots__ = ("experiment_id", "read_mask")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    read_mask: _field_mask_pb2.FieldMask
    def __init__(self, experiment_id: _Optional[str] = ..., read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class GetExperimentResponse(_message.Message):
    __slots__ = ("experiment", "generations", "conditions", "summary")
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    GENERATIONS_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    experiment: Experiment
    generations: _containers.RepeatedCompositeFieldContainer[GenerationInfo]
    conditions: _containers.RepeatedCompositeFieldContainer[ConditionInfo]
    summary: EventSummary
    def __init__(self, experiment: _Optional[_Union[Experiment, _Mapping]] = ..., generations: _Optional[_Iterable[_Union[GenerationInfo, _Mapping]]] = ..., conditions: _Optional[_Iterable[_Union[ConditionInfo, _Mapping]]] = ..., summary: _Optional[_Union[EventSummary, _Mapping]] = ...) -> None: ...

class EventSummary(_message.Message):
    __slots__ = ("status", "reason", "digest", "started_at_ms", "ended_at_ms", "events", "last_sequence", "last_event_at_ms", "generations_started", "generations_completed", "agents_evaluated", "agent_errors", "pauses", "resumes", "episodes", "best", "generations")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LAST_EVENT_AT_MS_FIELD_NUMBER: _ClassVar[int]
    GENERATIONS_STARTED_FIELD_NUMBER: _ClassVar[int]
    GENERATIONS_COMPLETED_FIELD_NUMBER: _ClassVar[int]
    AGENTS_EVALUATED_FIELD_NUMBER: _ClassVar[int]
    AGENT_ERRORS_FIELD_NUMBER: _ClassVar[int]
    PAUSES_FIELD_NUMBER: _ClassVar[int]
    RESUMES_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    BEST_FIELD_NUMBER: _ClassVar[int]
    GENERATIONS_FIELD_NUMBER: _ClassVar[int]
    status: ExperimentStatus
    reason: str
    digest: str
    started_at_ms: int
    ended_at_ms: int
    events: int
    last_sequence: int
    last_event_at_ms: int
    generations_started: int
    generations_completed: int
    agents_evaluated: int
    agent_errors: int
    pauses: int
    resumes: int
    episodes: int
    best: BestAgent
    generations: _containers.RepeatedCompositeFieldContainer[GenerationEventSummary]
    def __init__(self, status: _Optional[_Union[ExperimentStatus, str]] = ..., reason: _Optional[str] = ..., digest: _Optional[str] = ..., started_at_ms: _Optional[int] = ..., ended_at_ms: _Optional[int] = ..., events: _Optional[int] = ..., last_sequence: _Optional[int] = ..., last_event_at_ms: _Optional[int] = ..., generations_started: _Optional[int] = ..., generations_completed: _Optional[int] = ..., agents_evaluated: _Optional[int] = ..., agent_errors: _Optional[int] = ..., pauses: _Optional[int] = ..., resumes: _Optional[int] = ..., episodes: _Optional[int] = ..., best: _Optional[_Union[BestAgent, _Mapping]] = ..., generations: _Optional[_Iterable[_Union[GenerationEventSummary, _Mapping]]] = ...) -> None: ...

class GenerationEventSummary(_message.Message):
    __slots__ = ("index", "agents", "episodes_planned", "agents_evaluated", "episodes", "agent_errors", "best", "mean_fitness", "started_at_ms", "completed_at_ms")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    EPISODES_PLANNED_FIELD_NUMBER: _ClassVar[int]
    AGENTS_EVALUATED_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    AGENT_ERRORS_FIELD_NUMBER: _ClassVar[int]
    BEST_FIELD_NUMBER: _ClassVar[int]
    MEAN_FITNESS_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    index: int
    agents: int
    episodes_planned: int
    agents_evaluated: int
    episodes: int
    agent_errors: int
    best: BestAgent
    mean_fitness: float
    started_at_ms: int
    completed_at_ms: int
    def __init__(self, index: _Optional[int] = ..., agents: _Optional[int] = ..., episodes_planned: _Optional[int] = ..., agents_evaluated: _Optional[int] = ..., episodes: _Optional[int] = ..., agent_errors: _Optional[int] = ..., best: _Optional[_Union[BestAgent, _Mapping]] = ..., mean_fitness: _Optional[float] = ..., started_at_ms: _Optional[int] = ..., completed_at_ms: _Optional[int] = ...) -> None: ...

class BestAgent(_message.Message):
    __slots__ = ("agent", "generation", "position", "fitness")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    FITNESS_FIELD_NUMBER: _ClassVar[int]
    agent: str
    generation: int
    position: int
    fitness: float
    def __init__(self, agent: _Optional[str] = ..., generation: _Optional[int] = ..., position: _Optional[int] = ..., fitness: _Optional[float] = ...) -> None: ...

class Experiment(_message.Message):
    __slots__ = ("id", "name", "description", "status", "reason", "digest", "generation", "episodes_planned", "episodes_scored", "created_at_ms", "ended_at_ms", "spec_json", "engine", "behaviour", "files", "replicates", "generations_planned", "not_reproducible")
    class FilesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    EPISODES_PLANNED_FIELD_NUMBER: _ClassVar[int]
    EPISODES_SCORED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    SPEC_JSON_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    BEHAVIOUR_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    REPLICATES_FIELD_NUMBER: _ClassVar[int]
    GENERATIONS_PLANNED_FIELD_NUMBER: _ClassVar[int]
    NOT_REPRODUCIBLE_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    description: str
    status: ExperimentStatus
    reason: str
    digest: str
    generation: int
    episodes_planned: int
    episodes_scored: int
    created_at_ms: int
    ended_at_ms: int
    spec_json: str
    engine: str
    behaviour: str
    files: _containers.ScalarMap[str, str]
    replicates: int
    generations_planned: int
    not_reproducible: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., status: _Optional[_Union[ExperimentStatus, str]] = ..., reason: _Optional[str] = ..., digest: _Optional[str] = ..., generation: _Optional[int] = ..., episodes_planned: _Optional[int] = ..., episodes_scored: _Optional[int] = ..., created_at_ms: _Optional[int] = ..., ended_at_ms: _Optional[int] = ..., spec_json: _Optional[str] = ..., engine: _Optional[str] = ..., behaviour: _Optional[str] = ..., files: _Optional[_Mapping[str, str]] = ..., replicates: _Optional[int] = ..., generations_planned: _Optional[int] = ..., not_reproducible: _Optional[str] = ...) -> None: ...

class GenerationInfo(_message.Message):
    __slots__ = ("index", "purpose", "status", "agents", "episodes", "best_agent", "best_fitness", "mean_fitness", "interval_low", "interval_high", "episodes_planned")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    BEST_AGENT_FIELD_NUMBER: _ClassVar[int]
    BEST_FITNESS_FIELD_NUMBER: _ClassVar[int]
    MEAN_FITNESS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_LOW_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_HIGH_FIELD_NUMBER: _ClassVar[int]
    EPISODES_PLANNED_FIELD_NUMBER: _ClassVar[int]
    index: int
    purpose: GenerationPurpose
    status: GenerationStatus
    agents: int
    episodes: int
    best_agent: str
    best_fitness: float
    mean_fitness: float
    interval_low: float
    interval_high: float
    episodes_planned: int
    def __init__(self, index: _Optional[int] = ..., purpose: _Optional[_Union[GenerationPurpose, str]] = ..., status: _Optional[_Union[GenerationStatus, str]] = ..., agents: _Optional[int] = ..., episodes: _Optional[int] = ..., best_agent: _Optional[str] = ..., best_fitness: _Optional[float] = ..., mean_fitness: _Optional[float] = ..., interval_low: _Optional[float] = ..., interval_high: _Optional[float] = ..., episodes_planned: _Optional[int] = ...) -> None: ...

class ConditionInfo(_message.Message):
    __slots__ = ("position", "agent", "levels", "episodes", "episodes_planned", "mean_fitness", "interval_low", "interval_high")
    class LevelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    POSITION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    EPISODES_PLANNED_FIELD_NUMBER: _ClassVar[int]
    MEAN_FITNESS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_LOW_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_HIGH_FIELD_NUMBER: _ClassVar[int]
    position: int
    agent: str
    levels: _containers.ScalarMap[str, str]
    episodes: int
    episodes_planned: int
    mean_fitness: float
    interval_low: float
    interval_high: float
    def __init__(self, position: _Optional[int] = ..., agent: _Optional[str] = ..., levels: _Optional[_Mapping[str, str]] = ..., episodes: _Optional[int] = ..., episodes_planned: _Optional[int] = ..., mean_fitness: _Optional[float] = ..., interval_low: _Optional[float] = ..., interval_high: _Optional[float] = ...) -> None: ...

class ListExperimentsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "statuses", "name_contains")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    NAME_CONTAINS_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    statuses: _containers.RepeatedScalarFieldContainer[ExperimentStatus]
    name_contains: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., statuses: _Optional[_Iterable[_Union[ExperimentStatus, str]]] = ..., name_contains: _Optional[str] = ...) -> None: ...

class ListExperimentsResponse(_message.Message):
    __slots__ = ("experiments", "next_page_token")
    EXPERIMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    experiments: _containers.RepeatedCompositeFieldContainer[Experiment]
    next_page_token: str
    def __init__(self, experiments: _Optional[_Iterable[_Union[Experiment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PauseExperimentRequest(_message.Message):
    __slots__ = ("experiment_id", "reason")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    reason: str
    def __init__(self, experiment_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class PauseExperimentResponse(_message.Message):
    __slots__ = ("experiment",)
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    experiment: Experiment
    def __init__(self, experiment: _Optional[_Union[Experiment, _Mapping]] = ...) -> None: ...

class ResumeExperimentRequest(_message.Message):
    __slots__ = ("experiment_id", "reason")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    reason: str
    def __init__(self, experiment_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ResumeExperimentResponse(_message.Message):
    __slots__ = ("experiment",)
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    experiment: Experiment
    def __init__(self, experiment: _Optional[_Union[Experiment, _Mapping]] = ...) -> None: ...

class StopExperimentRequest(_message.Message):
    __slots__ = ("experiment_id", "reason", "mode")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    reason: str
    mode: StopMode
    def __init__(self, experiment_id: _Optional[str] = ..., reason: _Optional[str] = ..., mode: _Optional[_Union[StopMode, str]] = ...) -> None: ...

class StopExperimentResponse(_message.Message):
    __slots__ = ("experiment",)
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    experiment: Experiment
    def __init__(self, experiment: _Optional[_Union[Experiment, _Mapping]] = ...) -> None: ...

class ExtendExperimentRequest(_message.Message):
    __slots__ = ("experiment_id", "reason", "replicates", "generations")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REPLICATES_FIELD_NUMBER: _ClassVar[int]
    GENERATIONS_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    reason: str
    replicates: int
    generations: int
    def __init__(self, experiment_id: _Optional[str] = ..., reason: _Optional[str] = ..., replicates: _Optional[int] = ..., generations: _Optional[int] = ...) -> None: ...

class ExtendExperimentResponse(_message.Message):
    __slots__ = ("experiment", "changed")
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    experiment: Experiment
    changed: bool
    def __init__(self, experiment: _Optional[_Union[Experiment, _Mapping]] = ..., changed: _Optional[bool] = ...) -> None: ...

class ListJournalRequest(_message.Message):
    __slots__ = ("experiment_id", "page_size", "page_token")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    page_size: int
    page_token: str
    def __init__(self, experiment_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListJournalResponse(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[JournalEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[JournalEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class JournalEntry(_message.Message):
    __slots__ = ("time_ms", "action", "actor", "reason", "detail")
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    time_ms: int
    action: str
    actor: str
    reason: str
    detail: str
    def __init__(self, time_ms: _Optional[int] = ..., action: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., detail: _Optional[str] = ...) -> None: ...

class StreamEventsRequest(_message.Message):
    __slots__ = ("experiment_id", "after_sequence", "history_only")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    HISTORY_ONLY_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    after_sequence: int
    history_only: bool
    def __init__(self, experiment_id: _Optional[str] = ..., after_sequence: _Optional[int] = ..., history_only: _Optional[bool] = ...) -> None: ...

class StreamEventsResponse(_message.Message):
    __slots__ = ("sequence", "event_id", "subject", "kind", "body", "time_ms", "is_final")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    IS_FINAL_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    event_id: str
    subject: str
    kind: str
    body: str
    time_ms: int
    is_final: bool
    def __init__(self, sequence: _Optional[int] = ..., event_id: _Optional[str] = ..., subject: _Optional[str] = ..., kind: _Optional[str] = ..., body: _Optional[str] = ..., time_ms: _Optional[int] = ..., is_final: _Optional[bool] = ...) -> None: ...

class ListScoresRequest(_message.Message):
    __slots__ = ("experiment_id", "page_size", "page_token", "generation", "agent", "include_action_log")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ACTION_LOG_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    page_size: int
    page_token: str
    generation: int
    agent: str
    include_action_log: bool
    def __init__(self, experiment_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., generation: _Optional[int] = ..., agent: _Optional[str] = ..., include_action_log: _Optional[bool] = ...) -> None: ...

class ListScoresResponse(_message.Message):
    __slots__ = ("scores", "next_page_token")
    SCORES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scores: _containers.RepeatedCompositeFieldContainer[ScoreRow]
    next_page_token: str
    def __init__(self, scores: _Optional[_Iterable[_Union[ScoreRow, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ScoreRow(_message.Message):
    __slots__ = ("generation", "position", "replicate", "agent", "label", "seed", "doom_seed", "fitness", "kills", "deaths", "items", "secrets", "hits", "hits_taken", "damage_dealt", "damage_taken", "shots_fired", "health", "armor", "ammo", "tics", "ticks", "reward", "path", "cells_visited", "exploration_coverage", "ammo_efficiency", "end", "trajectory", "action_log")
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    REPLICATE_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    DOOM_SEED_FIELD_NUMBER: _ClassVar[int]
    FITNESS_FIELD_NUMBER: _ClassVar[int]
    KILLS_FIELD_NUMBER: _ClassVar[int]
    DEATHS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    HITS_TAKEN_FIELD_NUMBER: _ClassVar[int]
    DAMAGE_DEALT_FIELD_NUMBER: _ClassVar[int]
    DAMAGE_TAKEN_FIELD_NUMBER: _ClassVar[int]
    SHOTS_FIRED_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    ARMOR_FIELD_NUMBER: _ClassVar[int]
    AMMO_FIELD_NUMBER: _ClassVar[int]
    TICS_FIELD_NUMBER: _ClassVar[int]
    TICKS_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    CELLS_VISITED_FIELD_NUMBER: _ClassVar[int]
    EXPLORATION_COVERAGE_FIELD_NUMBER: _ClassVar[int]
    AMMO_EFFICIENCY_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORY_FIELD_NUMBER: _ClassVar[int]
    ACTION_LOG_FIELD_NUMBER: _ClassVar[int]
    generation: int
    position: int
    replicate: int
    agent: str
    label: str
    seed: int
    doom_seed: int
    fitness: float
    kills: int
    deaths: int
    items: int
    secrets: int
    hits: int
    hits_taken: int
    damage_dealt: int
    damage_taken: int
    shots_fired: int
    health: int
    armor: int
    ammo: int
    tics: int
    ticks: int
    reward: float
    path: float
    cells_visited: int
    exploration_coverage: float
    ammo_efficiency: float
    end: EpisodeEnd
    trajectory: str
    action_log: bytes
    def __init__(self, generation: _Optional[int] = ..., position: _Optional[int] = ..., replicate: _Optional[int] = ..., agent: _Optional[str] = ..., label: _Optional[str] = ..., seed: _Optional[int] = ..., doom_seed: _Optional[int] = ..., fitness: _Optional[float] = ..., kills: _Optional[int] = ..., deaths: _Optional[int] = ..., items: _Optional[int] = ..., secrets: _Optional[int] = ..., hits: _Optional[int] = ..., hits_taken: _Optional[int] = ..., damage_dealt: _Optional[int] = ..., damage_taken: _Optional[int] = ..., shots_fired: _Optional[int] = ..., health: _Optional[int] = ..., armor: _Optional[int] = ..., ammo: _Optional[int] = ..., tics: _Optional[int] = ..., ticks: _Optional[int] = ..., reward: _Optional[float] = ..., path: _Optional[float] = ..., cells_visited: _Optional[int] = ..., exploration_coverage: _Optional[float] = ..., ammo_efficiency: _Optional[float] = ..., end: _Optional[_Union[EpisodeEnd, str]] = ..., trajectory: _Optional[str] = ..., action_log: _Optional[bytes] = ...) -> None: ...

class Job(_message.Message):
    __slots__ = ("id", "experiment_id", "generation", "ordinal", "agent", "status", "owner", "fence", "lease_left_ms", "failed_attempts", "episodes", "episodes_scored")
    ID_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    ORDINAL_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    FENCE_FIELD_NUMBER: _ClassVar[int]
    LEASE_LEFT_MS_FIELD_NUMBER: _ClassVar[int]
    FAILED_ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    EPISODES_SCORED_FIELD_NUMBER: _ClassVar[int]
    id: str
    experiment_id: str
    generation: int
    ordinal: int
    agent: str
    status: JobStatus
    owner: str
    fence: int
    lease_left_ms: int
    failed_attempts: int
    episodes: int
    episodes_scored: int
    def __init__(self, id: _Optional[str] = ..., experiment_id: _Optional[str] = ..., generation: _Optional[int] = ..., ordinal: _Optional[int] = ..., agent: _Optional[str] = ..., status: _Optional[_Union[JobStatus, str]] = ..., owner: _Optional[str] = ..., fence: _Optional[int] = ..., lease_left_ms: _Optional[int] = ..., failed_attempts: _Optional[int] = ..., episodes: _Optional[int] = ..., episodes_scored: _Optional[int] = ...) -> None: ...

class JobAttempt(_message.Message):
    __slots__ = ("fence", "worker", "started_at_ms", "ended_at_ms", "error")
    FENCE_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    fence: int
    worker: str
    started_at_ms: int
    ended_at_ms: int
    error: str
    def __init__(self, fence: _Optional[int] = ..., worker: _Optional[str] = ..., started_at_ms: _Optional[int] = ..., ended_at_ms: _Optional[int] = ..., error: _Optional[str] = ...) -> None: ...

class JobEpisode(_message.Message):
    __slots__ = ("replicate", "doom_seed", "scored_by")
    REPLICATE_FIELD_NUMBER: _ClassVar[int]
    DOOM_SEED_FIELD_NUMBER: _ClassVar[int]
    SCORED_BY_FIELD_NUMBER: _ClassVar[int]
    replicate: int
    doom_seed: int
    scored_by: int
    def __init__(self, replicate: _Optional[int] = ..., doom_seed: _Optional[int] = ..., scored_by: _Optional[int] = ...) -> None: ...

class DeadLetter(_message.Message):
    __slots__ = ("job_id", "experiment_id", "reason", "dead_at_ms", "bytes")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DEAD_AT_MS_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    experiment_id: str
    reason: str
    dead_at_ms: int
    bytes: int
    def __init__(self, job_id: _Optional[str] = ..., experiment_id: _Optional[str] = ..., reason: _Optional[str] = ..., dead_at_ms: _Optional[int] = ..., bytes: _Optional[int] = ...) -> None: ...

class ListJobsRequest(_message.Message):
    __slots__ = ("experiment_id", "generation", "statuses", "owner", "failed", "page_size", "page_token")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    generation: int
    statuses: _containers.RepeatedScalarFieldContainer[JobStatus]
    owner: str
    failed: bool
    page_size: int
    page_token: str
    def __init__(self, experiment_id: _Optional[str] = ..., generation: _Optional[int] = ..., statuses: _Optional[_Iterable[_Union[JobStatus, str]]] = ..., owner: _Optional[str] = ..., failed: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListJobsResponse(_message.Message):
    __slots__ = ("jobs", "next_page_token")
    JOBS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[Job]
    next_page_token: str
    def __init__(self, jobs: _Optional[_Iterable[_Union[Job, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetJobRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class GetJobResponse(_message.Message):
    __slots__ = ("job", "attempts", "episodes")
    JOB_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    job: Job
    attempts: _containers.RepeatedCompositeFieldContainer[JobAttempt]
    episodes: _containers.RepeatedCompositeFieldContainer[JobEpisode]
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ..., attempts: _Optional[_Iterable[_Union[JobAttempt, _Mapping]]] = ..., episodes: _Optional[_Iterable[_Union[JobEpisode, _Mapping]]] = ...) -> None: ...

class ListDeadLettersRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class ListDeadLettersResponse(_message.Message):
    __slots__ = ("dead_letters",)
    DEAD_LETTERS_FIELD_NUMBER: _ClassVar[int]
    dead_letters: _containers.RepeatedCompositeFieldContainer[DeadLetter]
    def __init__(self, dead_letters: _Optional[_Iterable[_Union[DeadLetter, _Mapping]]] = ...) -> None: ...

class RedriveJobsRequest(_message.Message):
    __slots__ = ("job_ids", "dead_letters")
    JOB_IDS_FIELD_NUMBER: _ClassVar[int]
    DEAD_LETTERS_FIELD_NUMBER: _ClassVar[int]
    job_ids: _containers.RepeatedScalarFieldContainer[str]
    dead_letters: int
    def __init__(self, job_ids: _Optional[_Iterable[str]] = ..., dead_letters: _Optional[int] = ...) -> None: ...

class RedriveJobsResponse(_message.Message):
    __slots__ = ("jobs", "dead_letters")
    JOBS_FIELD_NUMBER: _ClassVar[int]
    DEAD_LETTERS_FIELD_NUMBER: _ClassVar[int]
    jobs: int
    dead_letters: int
    def __init__(self, jobs: _Optional[int] = ..., dead_letters: _Optional[int] = ...) -> None: ...

class PutArtifactRequest(_message.Message):
    __slots__ = ("head", "chunk")
    HEAD_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    head: ArtifactHead
    chunk: bytes
    def __init__(self, head: _Optional[_Union[ArtifactHead, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class ArtifactHead(_message.Message):
    __slots__ = ("name", "size", "blake3")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    BLAKE3_FIELD_NUMBER: _ClassVar[int]
    name: str
    size: int
    blake3: str
    def __init__(self, name: _Optional[str] = ..., size: _Optional[int] = ..., blake3: _Optional[str] = ...) -> None: ...

class PutArtifactResponse(_message.Message):
    __slots__ = ("blake3", "size")
    BLAKE3_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    blake3: str
    size: int
    def __init__(self, blake3: _Optional[str] = ..., size: _Optional[int] = ...) -> None: ...

class GetArtifactRequest(_message.Message):
    __slots__ = ("blake3",)
    BLAKE3_FIELD_NUMBER: _ClassVar[int]
    blake3: str
    def __init__(self, blake3: _Optional[str] = ...) -> None: ...

class GetArtifactResponse(_message.Message):
    __slots__ = ("size", "chunk")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    size: int
    chunk: bytes
    def __init__(self, size: _Optional[int] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class FindMissingArtifactsRequest(_message.Message):
    __slots__ = ("blake3",)
    BLAKE3_FIELD_NUMBER: _ClassVar[int]
    blake3: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, blake3: _Optional[_Iterable[str]] = ...) -> None: ...

class FindMissingArtifactsResponse(_message.Message):
    __slots__ = ("missing", "max_bytes")
    MISSING_FIELD_NUMBER: _ClassVar[int]
    MAX_BYTES_FIELD_NUMBER: _ClassVar[int]
    missing: _containers.RepeatedScalarFieldContainer[str]
    max_bytes: int
    def __init__(self, missing: _Optional[_Iterable[str]] = ..., max_bytes: _Optional[int] = ...) -> None: ...

class ResolveExperimentRequest(_message.Message):
    __slots__ = ("content", "file_name", "overrides", "files", "session_id")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    file_name: str
    overrides: _containers.RepeatedScalarFieldContainer[str]
    files: _containers.RepeatedCompositeFieldContainer[ArtifactRef]
    session_id: str
    def __init__(self, content: _Optional[bytes] = ..., file_name: _Optional[str] = ..., overrides: _Optional[_Iterable[str]] = ..., files: _Optional[_Iterable[_Union[ArtifactRef, _Mapping]]] = ..., session_id: _Optional[str] = ...) -> None: ...

class ResolveExperimentResponse(_message.Message):
    __slots__ = ("experiment_id", "existing", "spec_json", "episodes_planned", "first", "agents")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    EXISTING_FIELD_NUMBER: _ClassVar[int]
    SPEC_JSON_FIELD_NUMBER: _ClassVar[int]
    EPISODES_PLANNED_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    existing: Experiment
    spec_json: str
    episodes_planned: int
    first: _containers.RepeatedCompositeFieldContainer[Genome]
    agents: int
    def __init__(self, experiment_id: _Optional[str] = ..., existing: _Optional[_Union[Experiment, _Mapping]] = ..., spec_json: _Optional[str] = ..., episodes_planned: _Optional[int] = ..., first: _Optional[_Iterable[_Union[Genome, _Mapping]]] = ..., agents: _Optional[int] = ...) -> None: ...

class Genome(_message.Message):
    __slots__ = ("generation", "position", "agent", "label", "policy", "genes", "parents", "operators", "levels", "mean_fitness", "episodes", "knowledge")
    class GenesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class LevelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class KnowledgeEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    GENES_FIELD_NUMBER: _ClassVar[int]
    PARENTS_FIELD_NUMBER: _ClassVar[int]
    OPERATORS_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    MEAN_FITNESS_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_FIELD_NUMBER: _ClassVar[int]
    generation: int
    position: int
    agent: str
    label: str
    policy: str
    genes: _containers.ScalarMap[str, float]
    parents: _containers.RepeatedScalarFieldContainer[str]
    operators: _containers.RepeatedScalarFieldContainer[str]
    levels: _containers.ScalarMap[str, str]
    mean_fitness: float
    episodes: int
    knowledge: _containers.ScalarMap[str, str]
    def __init__(self, generation: _Optional[int] = ..., position: _Optional[int] = ..., agent: _Optional[str] = ..., label: _Optional[str] = ..., policy: _Optional[str] = ..., genes: _Optional[_Mapping[str, float]] = ..., parents: _Optional[_Iterable[str]] = ..., operators: _Optional[_Iterable[str]] = ..., levels: _Optional[_Mapping[str, str]] = ..., mean_fitness: _Optional[float] = ..., episodes: _Optional[int] = ..., knowledge: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ListGenomesRequest(_message.Message):
    __slots__ = ("experiment_id", "generation", "page_size", "page_token")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    generation: int
    page_size: int
    page_token: str
    def __init__(self, experiment_id: _Optional[str] = ..., generation: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGenomesResponse(_message.Message):
    __slots__ = ("genomes", "next_page_token")
    GENOMES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    genomes: _containers.RepeatedCompositeFieldContainer[Genome]
    next_page_token: str
    def __init__(self, genomes: _Optional[_Iterable[_Union[Genome, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetGenomeRequest(_message.Message):
    __slots__ = ("experiment_id", "generation", "agent")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    generation: int
    agent: str
    def __init__(self, experiment_id: _Optional[str] = ..., generation: _Optional[int] = ..., agent: _Optional[str] = ...) -> None: ...

class GetGenomeResponse(_message.Message):
    __slots__ = ("genome",)
    GENOME_FIELD_NUMBER: _ClassVar[int]
    genome: Genome
    def __init__(self, genome: _Optional[_Union[Genome, _Mapping]] = ...) -> None: ...

class ListScenariosRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListScenariosResponse(_message.Message):
    __slots__ = ("scenarios", "engine")
    SCENARIOS_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    scenarios: _containers.RepeatedCompositeFieldContainer[Scenario]
    engine: str
    def __init__(self, scenarios: _Optional[_Iterable[_Union[Scenario, _Mapping]]] = ..., engine: _Optional[str] = ...) -> None: ...

class Scenario(_message.Message):
    __slots__ = ("name", "buttons", "variables", "files", "unplayable")
    class FilesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    BUTTONS_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    UNPLAYABLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    buttons: _containers.RepeatedScalarFieldContainer[str]
    variables: _containers.RepeatedScalarFieldContainer[str]
    files: _containers.ScalarMap[str, str]
    unplayable: str
    def __init__(self, name: _Optional[str] = ..., buttons: _Optional[_Iterable[str]] = ..., variables: _Optional[_Iterable[str]] = ..., files: _Optional[_Mapping[str, str]] = ..., unplayable: _Optional[str] = ...) -> None: ...

class ListPoliciesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListPoliciesResponse(_message.Message):
    __slots__ = ("policies", "behaviour")
    POLICIES_FIELD_NUMBER: _ClassVar[int]
    BEHAVIOUR_FIELD_NUMBER: _ClassVar[int]
    policies: _containers.RepeatedCompositeFieldContainer[Policy]
    behaviour: str
    def __init__(self, policies: _Optional[_Iterable[_Union[Policy, _Mapping]]] = ..., behaviour: _Optional[str] = ...) -> None: ...

class Policy(_message.Message):
    __slots__ = ("name", "about", "parameters")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    name: str
    about: str
    parameters: _containers.RepeatedCompositeFieldContainer[PolicyParameter]
    def __init__(self, name: _Optional[str] = ..., about: _Optional[str] = ..., parameters: _Optional[_Iterable[_Union[PolicyParameter, _Mapping]]] = ...) -> None: ...

class PolicyParameter(_message.Message):
    __slots__ = ("name", "about", "kind", "low", "high", "default", "choices", "logarithmic", "when")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[PolicyParameter.Kind]
        KIND_REAL: _ClassVar[PolicyParameter.Kind]
        KIND_INTEGER: _ClassVar[PolicyParameter.Kind]
        KIND_FLAG: _ClassVar[PolicyParameter.Kind]
    KIND_UNSPECIFIED: PolicyParameter.Kind
    KIND_REAL: PolicyParameter.Kind
    KIND_INTEGER: PolicyParameter.Kind
    KIND_FLAG: PolicyParameter.Kind
    NAME_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_FIELD_NUMBER: _ClassVar[int]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    LOGARITHMIC_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    about: str
    kind: PolicyParameter.Kind
    low: float
    high: float
    default: float
    choices: _containers.RepeatedScalarFieldContainer[str]
    logarithmic: bool
    when: ParameterCondition
    def __init__(self, name: _Optional[str] = ..., about: _Optional[str] = ..., kind: _Optional[_Union[PolicyParameter.Kind, str]] = ..., low: _Optional[float] = ..., high: _Optional[float] = ..., default: _Optional[float] = ..., choices: _Optional[_Iterable[str]] = ..., logarithmic: _Optional[bool] = ..., when: _Optional[_Union[ParameterCondition, _Mapping]] = ...) -> None: ...

class ParameterCondition(_message.Message):
    __slots__ = ("parameter", "values")
    PARAMETER_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    parameter: str
    values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, parameter: _Optional[str] = ..., values: _Optional[_Iterable[float]] = ...) -> None: ...

class ListDesignsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListDesignsResponse(_message.Message):
    __slots__ = ("designs",)
    DESIGNS_FIELD_NUMBER: _ClassVar[int]
    designs: _containers.RepeatedCompositeFieldContainer[Design]
    def __init__(self, designs: _Optional[_Iterable[_Union[Design, _Mapping]]] = ...) -> None: ...

class Design(_message.Message):
    __slots__ = ("name", "about", "fields")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    about: str
    fields: _containers.RepeatedCompositeFieldContainer[DesignField]
    def __init__(self, name: _Optional[str] = ..., about: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[DesignField, _Mapping]]] = ...) -> None: ...

class DesignField(_message.Message):
    __slots__ = ("name", "about", "required")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    name: str
    about: str
    required: bool
    def __init__(self, name: _Optional[str] = ..., about: _Optional[str] = ..., required: _Optional[bool] = ...) -> None: ...

class ListMeasuresRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListMeasuresResponse(_message.Message):
    __slots__ = ("measures",)
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    measures: _containers.RepeatedCompositeFieldContainer[Measure]
    def __init__(self, measures: _Optional[_Iterable[_Union[Measure, _Mapping]]] = ...) -> None: ...

class Measure(_message.Message):
    __slots__ = ("name", "about", "optional")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    OPTIONAL_FIELD_NUMBER: _ClassVar[int]
    name: str
    about: str
    optional: bool
    def __init__(self, name: _Optional[str] = ..., about: _Optional[str] = ..., optional: _Optional[bool] = ...) -> None: ...

class Episode(_message.Message):
    __slots__ = ("generation", "position", "replicate", "agent", "label", "seed", "doom_seed", "job_id", "scored_by", "score")
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    REPLICATE_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    DOOM_SEED_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    SCORED_BY_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    generation: int
    position: int
    replicate: int
    agent: str
    label: str
    seed: int
    doom_seed: int
    job_id: str
    scored_by: int
    score: ScoreRow
    def __init__(self, generation: _Optional[int] = ..., position: _Optional[int] = ..., replicate: _Optional[int] = ..., agent: _Optional[str] = ..., label: _Optional[str] = ..., seed: _Optional[int] = ..., doom_seed: _Optional[int] = ..., job_id: _Optional[str] = ..., scored_by: _Optional[int] = ..., score: _Optional[_Union[ScoreRow, _Mapping]] = ...) -> None: ...

class ListEpisodesRequest(_message.Message):
    __slots__ = ("experiment_id", "generation", "agent", "scored", "page_size", "page_token")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    SCORED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    generation: int
    agent: str
    scored: bool
    page_size: int
    page_token: str
    def __init__(self, experiment_id: _Optional[str] = ..., generation: _Optional[int] = ..., agent: _Optional[str] = ..., scored: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEpisodesResponse(_message.Message):
    __slots__ = ("episodes", "next_page_token")
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    episodes: _containers.RepeatedCompositeFieldContainer[Episode]
    next_page_token: str
    def __init__(self, episodes: _Optional[_Iterable[_Union[Episode, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetEpisodeRequest(_message.Message):
    __slots__ = ("experiment_id", "generation", "position", "replicate")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    REPLICATE_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    generation: int
    position: int
    replicate: int
    def __init__(self, experiment_id: _Optional[str] = ..., generation: _Optional[int] = ..., position: _Optional[int] = ..., replicate: _Optional[int] = ...) -> None: ...

class GetEpisodeResponse(_message.Message):
    __slots__ = ("episode", "ticks", "scenario_json", "agent_json", "decisions")
    EPISODE_FIELD_NUMBER: _ClassVar[int]
    TICKS_FIELD_NUMBER: _ClassVar[int]
    SCENARIO_JSON_FIELD_NUMBER: _ClassVar[int]
    AGENT_JSON_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    episode: Episode
    ticks: _containers.RepeatedCompositeFieldContainer[Tick]
    scenario_json: str
    agent_json: str
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    def __init__(self, episode: _Optional[_Union[Episode, _Mapping]] = ..., ticks: _Optional[_Iterable[_Union[Tick, _Mapping]]] = ..., scenario_json: _Optional[str] = ..., agent_json: _Optional[str] = ..., decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("tick", "by", "name", "tactic", "buttons", "cell", "confidence", "score", "health", "hits", "kills")
    TICK_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TACTIC_FIELD_NUMBER: _ClassVar[int]
    BUTTONS_FIELD_NUMBER: _ClassVar[int]
    CELL_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    KILLS_FIELD_NUMBER: _ClassVar[int]
    tick: int
    by: str
    name: str
    tactic: str
    buttons: int
    cell: int
    confidence: float
    score: float
    health: int
    hits: int
    kills: int
    def __init__(self, tick: _Optional[int] = ..., by: _Optional[str] = ..., name: _Optional[str] = ..., tactic: _Optional[str] = ..., buttons: _Optional[int] = ..., cell: _Optional[int] = ..., confidence: _Optional[float] = ..., score: _Optional[float] = ..., health: _Optional[int] = ..., hits: _Optional[int] = ..., kills: _Optional[int] = ...) -> None: ...

class Tick(_message.Message):
    __slots__ = ("tick", "tic", "buttons", "reward", "health", "x", "y", "angle")
    TICK_FIELD_NUMBER: _ClassVar[int]
    TIC_FIELD_NUMBER: _ClassVar[int]
    BUTTONS_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    ANGLE_FIELD_NUMBER: _ClassVar[int]
    tick: int
    tic: int
    buttons: int
    reward: float
    health: int
    x: float
    y: float
    angle: float
    def __init__(self, tick: _Optional[int] = ..., tic: _Optional[int] = ..., buttons: _Optional[int] = ..., reward: _Optional[float] = ..., health: _Optional[int] = ..., x: _Optional[float] = ..., y: _Optional[float] = ..., angle: _Optional[float] = ...) -> None: ...

class GetReportRequest(_message.Message):
    __slots__ = ("experiment_id", "format", "figures")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    format: ReportFormat
    figures: bool
    def __init__(self, experiment_id: _Optional[str] = ..., format: _Optional[_Union[ReportFormat, str]] = ..., figures: _Optional[bool] = ...) -> None: ...

class Figure(_message.Message):
    __slots__ = ("name", "svg")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SVG_FIELD_NUMBER: _ClassVar[int]
    name: str
    svg: str
    def __init__(self, name: _Optional[str] = ..., svg: _Optional[str] = ...) -> None: ...

class GetReportResponse(_message.Message):
    __slots__ = ("content", "media_type", "file_name", "figures")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    media_type: str
    file_name: str
    figures: _containers.RepeatedCompositeFieldContainer[Figure]
    def __init__(self, content: _Optional[bytes] = ..., media_type: _Optional[str] = ..., file_name: _Optional[str] = ..., figures: _Optional[_Iterable[_Union[Figure, _Mapping]]] = ...) -> None: ...

class ListArtifactsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "experiment_id")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    experiment_id: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., experiment_id: _Optional[str] = ...) -> None: ...

class ListArtifactsResponse(_message.Message):
    __slots__ = ("artifacts", "next_page_token")
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    artifacts: _containers.RepeatedCompositeFieldContainer[Artifact]
    next_page_token: str
    def __init__(self, artifacts: _Optional[_Iterable[_Union[Artifact, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Artifact(_message.Message):
    __slots__ = ("blake3", "size", "created_at_ms", "name", "generation")
    BLAKE3_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    blake3: str
    size: int
    created_at_ms: int
    name: str
    generation: int
    def __init__(self, blake3: _Optional[str] = ..., size: _Optional[int] = ..., created_at_ms: _Optional[int] = ..., name: _Optional[str] = ..., generation: _Optional[int] = ...) -> None: ...

class CreateCheckpointRequest(_message.Message):
    __slots__ = ("experiment_id", "generation")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    generation: int
    def __init__(self, experiment_id: _Optional[str] = ..., generation: _Optional[int] = ...) -> None: ...

class CreateCheckpointResponse(_message.Message):
    __slots__ = ("checkpoint",)
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    checkpoint: Artifact
    def __init__(self, checkpoint: _Optional[_Union[Artifact, _Mapping]] = ...) -> None: ...

class SearchPath(_message.Message):
    __slots__ = ("name", "files")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    name: str
    files: _containers.RepeatedCompositeFieldContainer[ArtifactRef]
    def __init__(self, name: _Optional[str] = ..., files: _Optional[_Iterable[_Union[ArtifactRef, _Mapping]]] = ...) -> None: ...

class StudySpec(_message.Message):
    __slots__ = ("policy", "parameters", "base", "method", "seed", "population", "minimise", "space")
    class BaseEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    POLICY_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    POPULATION_FIELD_NUMBER: _ClassVar[int]
    MINIMISE_FIELD_NUMBER: _ClassVar[int]
    SPACE_FIELD_NUMBER: _ClassVar[int]
    policy: str
    parameters: _containers.RepeatedScalarFieldContainer[str]
    base: _containers.ScalarMap[str, float]
    method: StudyMethod
    seed: int
    population: int
    minimise: bool
    space: _containers.RepeatedCompositeFieldContainer[StudyParameter]
    def __init__(self, policy: _Optional[str] = ..., parameters: _Optional[_Iterable[str]] = ..., base: _Optional[_Mapping[str, float]] = ..., method: _Optional[_Union[StudyMethod, str]] = ..., seed: _Optional[int] = ..., population: _Optional[int] = ..., minimise: _Optional[bool] = ..., space: _Optional[_Iterable[_Union[StudyParameter, _Mapping]]] = ...) -> None: ...

class StudyParameter(_message.Message):
    __slots__ = ("name", "real", "integer", "categorical", "flag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REAL_FIELD_NUMBER: _ClassVar[int]
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    CATEGORICAL_FIELD_NUMBER: _ClassVar[int]
    FLAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    real: RealRange
    integer: IntegerRange
    categorical: Categories
    flag: FlagDomain
    def __init__(self, name: _Optional[str] = ..., real: _Optional[_Union[RealRange, _Mapping]] = ..., integer: _Optional[_Union[IntegerRange, _Mapping]] = ..., categorical: _Optional[_Union[Categories, _Mapping]] = ..., flag: _Optional[_Union[FlagDomain, _Mapping]] = ...) -> None: ...

class RealRange(_message.Message):
    __slots__ = ("low", "high", "logarithmic")
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    LOGARITHMIC_FIELD_NUMBER: _ClassVar[int]
    low: float
    high: float
    logarithmic: bool
    def __init__(self, low: _Optional[float] = ..., high: _Optional[float] = ..., logarithmic: _Optional[bool] = ...) -> None: ...

class IntegerRange(_message.Message):
    __slots__ = ("low", "high", "logarithmic")
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    LOGARITHMIC_FIELD_NUMBER: _ClassVar[int]
    low: int
    high: int
    logarithmic: bool
    def __init__(self, low: _Optional[int] = ..., high: _Optional[int] = ..., logarithmic: _Optional[bool] = ...) -> None: ...

class Categories(_message.Message):
    __slots__ = ("names",)
    NAMES_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, names: _Optional[_Iterable[str]] = ...) -> None: ...

class FlagDomain(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ResearchSession(_message.Message):
    __slots__ = ("id", "name", "overrides", "search_paths", "study", "expires_at_ms")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    SEARCH_PATHS_FIELD_NUMBER: _ClassVar[int]
    STUDY_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MS_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    overrides: _containers.RepeatedScalarFieldContainer[str]
    search_paths: _containers.RepeatedCompositeFieldContainer[SearchPath]
    study: StudySpec
    expires_at_ms: int
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., overrides: _Optional[_Iterable[str]] = ..., search_paths: _Optional[_Iterable[_Union[SearchPath, _Mapping]]] = ..., study: _Optional[_Union[StudySpec, _Mapping]] = ..., expires_at_ms: _Optional[int] = ...) -> None: ...

class CreateSessionRequest(_message.Message):
    __slots__ = ("name", "overrides", "search_paths", "study")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    SEARCH_PATHS_FIELD_NUMBER: _ClassVar[int]
    STUDY_FIELD_NUMBER: _ClassVar[int]
    name: str
    overrides: _containers.RepeatedScalarFieldContainer[str]
    search_paths: _containers.RepeatedCompositeFieldContainer[SearchPath]
    study: StudySpec
    def __init__(self, name: _Optional[str] = ..., overrides: _Optional[_Iterable[str]] = ..., search_paths: _Optional[_Iterable[_Union[SearchPath, _Mapping]]] = ..., study: _Optional[_Union[StudySpec, _Mapping]] = ...) -> None: ...

class CreateSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: ResearchSession
    def __init__(self, session: _Optional[_Union[ResearchSession, _Mapping]] = ...) -> None: ...

class SetSearchPathsRequest(_message.Message):
    __slots__ = ("session_id", "search_paths")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SEARCH_PATHS_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    search_paths: _containers.RepeatedCompositeFieldContainer[SearchPath]
    def __init__(self, session_id: _Optional[str] = ..., search_paths: _Optional[_Iterable[_Union[SearchPath, _Mapping]]] = ...) -> None: ...

class SetSearchPathsResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: ResearchSession
    def __init__(self, session: _Optional[_Union[ResearchSession, _Mapping]] = ...) -> None: ...

class CloseSessionRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class CloseSessionResponse(_message.Message):
    __slots__ = ("closed",)
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    closed: bool
    def __init__(self, closed: _Optional[bool] = ...) -> None: ...

class Trial(_message.Message):
    __slots__ = ("id", "genes", "value", "round", "values")
    class GenesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class ValuesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ParameterValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ParameterValue, _Mapping]] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    GENES_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    id: int
    genes: _containers.ScalarMap[str, float]
    value: float
    round: int
    values: _containers.MessageMap[str, ParameterValue]
    def __init__(self, id: _Optional[int] = ..., genes: _Optional[_Mapping[str, float]] = ..., value: _Optional[float] = ..., round: _Optional[int] = ..., values: _Optional[_Mapping[str, ParameterValue]] = ...) -> None: ...

class ParameterValue(_message.Message):
    __slots__ = ("real", "integer", "category", "flag")
    REAL_FIELD_NUMBER: _ClassVar[int]
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    FLAG_FIELD_NUMBER: _ClassVar[int]
    real: float
    integer: int
    category: str
    flag: bool
    def __init__(self, real: _Optional[float] = ..., integer: _Optional[int] = ..., category: _Optional[str] = ..., flag: _Optional[bool] = ...) -> None: ...

class AskRequest(_message.Message):
    __slots__ = ("session_id", "count")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    count: int
    def __init__(self, session_id: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class AskResponse(_message.Message):
    __slots__ = ("trials", "open")
    TRIALS_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    trials: _containers.RepeatedCompositeFieldContainer[Trial]
    open: int
    def __init__(self, trials: _Optional[_Iterable[_Union[Trial, _Mapping]]] = ..., open: _Optional[int] = ...) -> None: ...

class TellRequest(_message.Message):
    __slots__ = ("session_id", "results")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    results: _containers.RepeatedCompositeFieldContainer[TrialResult]
    def __init__(self, session_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[TrialResult, _Mapping]]] = ...) -> None: ...

class TrialResult(_message.Message):
    __slots__ = ("trial_id", "value", "failure")
    TRIAL_ID_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    trial_id: int
    value: float
    failure: str
    def __init__(self, trial_id: _Optional[int] = ..., value: _Optional[float] = ..., failure: _Optional[str] = ...) -> None: ...

class TellResponse(_message.Message):
    __slots__ = ("errors", "best", "told", "open")
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    BEST_FIELD_NUMBER: _ClassVar[int]
    TOLD_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    errors: _containers.RepeatedCompositeFieldContainer[TellError]
    best: Trial
    told: int
    open: int
    def __init__(self, errors: _Optional[_Iterable[_Union[TellError, _Mapping]]] = ..., best: _Optional[_Union[Trial, _Mapping]] = ..., told: _Optional[int] = ..., open: _Optional[int] = ...) -> None: ...

class TellError(_message.Message):
    __slots__ = ("index", "message")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    index: int
    message: str
    def __init__(self, index: _Optional[int] = ..., message: _Optional[str] = ...) -> None: ...

class AgentInfo(_message.Message):
    __slots__ = ("id", "address", "origin", "state", "reason", "sessions", "restarts", "since_ms")
    ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    RESTARTS_FIELD_NUMBER: _ClassVar[int]
    SINCE_MS_FIELD_NUMBER: _ClassVar[int]
    id: str
    address: str
    origin: AgentOrigin
    state: AgentState
    reason: str
    sessions: int
    restarts: int
    since_ms: int
    def __init__(self, id: _Optional[str] = ..., address: _Optional[str] = ..., origin: _Optional[_Union[AgentOrigin, str]] = ..., state: _Optional[_Union[AgentState, str]] = ..., reason: _Optional[str] = ..., sessions: _Optional[int] = ..., restarts: _Optional[int] = ..., since_ms: _Optional[int] = ...) -> None: ...

class ListAgentsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListAgentsResponse(_message.Message):
    __slots__ = ("agents", "capacity")
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    agents: _containers.RepeatedCompositeFieldContainer[AgentInfo]
    capacity: int
    def __init__(self, agents: _Optional[_Iterable[_Union[AgentInfo, _Mapping]]] = ..., capacity: _Optional[int] = ...) -> None: ...

class SpawnAgentRequest(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class SpawnAgentResponse(_message.Message):
    __slots__ = ("agent",)
    AGENT_FIELD_NUMBER: _ClassVar[int]
    agent: AgentInfo
    def __init__(self, agent: _Optional[_Union[AgentInfo, _Mapping]] = ...) -> None: ...

class StopAgentRequest(_message.Message):
    __slots__ = ("agent_id", "reason")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    reason: str
    def __init__(self, agent_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class StopAgentResponse(_message.Message):
    __slots__ = ("agent",)
    AGENT_FIELD_NUMBER: _ClassVar[int]
    agent: AgentInfo
    def __init__(self, agent: _Optional[_Union[AgentInfo, _Mapping]] = ...) -> None: ...

class WatchAgentRequest(_message.Message):
    __slots__ = ("agent_id",)
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    def __init__(self, agent_id: _Optional[str] = ...) -> None: ...

class WatchAgentResponse(_message.Message):
    __slots__ = ("agent", "is_final")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    IS_FINAL_FIELD_NUMBER: _ClassVar[int]
    agent: AgentInfo
    is_final: bool
    def __init__(self, agent: _Optional[_Union[AgentInfo, _Mapping]] = ..., is_final: _Optional[bool] = ...) -> None: ...
