from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EpisodeOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EPISODE_OUTCOME_UNSPECIFIED: _ClassVar[EpisodeOutcome]
    EPISODE_OUTCOME_DEATH: _ClassVar[EpisodeOutcome]
    EPISODE_OUTCOME_MAP_END: _ClassVar[EpisodeOutcome]
    EPISODE_OUTCOME_TIMEOUT: _ClassVar[EpisodeOutcome]

class ActionType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACTION_TYPE_UNSPECIFIED: _ClassVar[ActionType]
    ACTION_TYPE_MOVE_FORWARD: _ClassVar[ActionType]
    ACTION_TYPE_MOVE_BACKWARD: _ClassVar[ActionType]
    ACTION_TYPE_TURN_LEFT: _ClassVar[ActionType]
    ACTION_TYPE_TURN_RIGHT: _ClassVar[ActionType]
    ACTION_TYPE_ATTACK: _ClassVar[ActionType]
    ACTION_TYPE_USE: _ClassVar[ActionType]
    ACTION_TYPE_MOVE_LEFT: _ClassVar[ActionType]
    ACTION_TYPE_MOVE_RIGHT: _ClassVar[ActionType]
    ACTION_TYPE_JUMP: _ClassVar[ActionType]
    ACTION_TYPE_CROUCH: _ClassVar[ActionType]
    ACTION_TYPE_TURN180: _ClassVar[ActionType]
    ACTION_TYPE_ALTATTACK: _ClassVar[ActionType]
    ACTION_TYPE_RELOAD: _ClassVar[ActionType]
    ACTION_TYPE_ZOOM: _ClassVar[ActionType]
    ACTION_TYPE_SPEED: _ClassVar[ActionType]
    ACTION_TYPE_STRAFE: _ClassVar[ActionType]
    ACTION_TYPE_LOOK_UP: _ClassVar[ActionType]
    ACTION_TYPE_LOOK_DOWN: _ClassVar[ActionType]
    ACTION_TYPE_MOVE_UP: _ClassVar[ActionType]
    ACTION_TYPE_MOVE_DOWN: _ClassVar[ActionType]
    ACTION_TYPE_LAND: _ClassVar[ActionType]
    ACTION_TYPE_SELECT_NEXT_WEAPON: _ClassVar[ActionType]
    ACTION_TYPE_SELECT_PREV_WEAPON: _ClassVar[ActionType]
    ACTION_TYPE_SELECT_WEAPON1: _ClassVar[ActionType]
    ACTION_TYPE_SELECT_WEAPON2: _ClassVar[ActionType]
    ACTION_TYPE_SELECT_WEAPON3: _ClassVar[ActionType]
    ACTION_TYPE_SELECT_WEAPON4: _ClassVar[ActionType]
    ACTION_TYPE_SELECT_WEAPON5: _ClassVar[ActionType]
    ACTION_TYPE_SELECT_WEAPON6: _ClassVar[ActionType]
    ACTION_TYPE_SELECT_WEAPON7: _ClassVar[ActionType]

class KnowledgeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KNOWLEDGE_KIND_UNSPECIFIED: _ClassVar[KnowledgeKind]
    KNOWLEDGE_KIND_RULES: _ClassVar[KnowledgeKind]
    KNOWLEDGE_KIND_DOCUMENTS: _ClassVar[KnowledgeKind]
    KNOWLEDGE_KIND_EXPERIENCE: _ClassVar[KnowledgeKind]
    KNOWLEDGE_KIND_LIBRARY: _ClassVar[KnowledgeKind]
    KNOWLEDGE_KIND_NETWORK: _ClassVar[KnowledgeKind]
EPISODE_OUTCOME_UNSPECIFIED: EpisodeOutcome
EPISODE_OUTCOME_DEATH: EpisodeOutcome
EPISODE_OUTCOME_MAP_END: EpisodeOutcome
EPISODE_OUTCOME_TIMEOUT: EpisodeOutcome
ACTION_TYPE_UNSPECIFIED: ActionType
ACTION_TYPE_MOVE_FORWARD: ActionType
ACTION_TYPE_MOVE_BACKWARD: ActionType
ACTION_TYPE_TURN_LEFT: ActionType
ACTION_TYPE_TURN_RIGHT: ActionType
ACTION_TYPE_ATTACK: ActionType
ACTION_TYPE_USE: ActionType
ACTION_TYPE_MOVE_LEFT: ActionType
ACTION_TYPE_MOVE_RIGHT: ActionType
ACTION_TYPE_JUMP: ActionType
ACTION_TYPE_CROUCH: ActionType
ACTION_TYPE_TURN180: ActionType
ACTION_TYPE_ALTATTACK: ActionType
ACTION_TYPE_RELOAD: ActionType
ACTION_TYPE_ZOOM: ActionType
ACTION_TYPE_SPEED: ActionType
ACTION_TYPE_STRAFE: ActionType
ACTION_TYPE_LOOK_UP: ActionType
ACTION_TYPE_LOOK_DOWN: ActionType
ACTION_TYPE_MOVE_UP: ActionType
ACTION_TYPE_MOVE_DOWN: ActionType
ACTION_TYPE_LAND: ActionType
ACTION_TYPE_SELECT_NEXT_WEAPON: ActionType
ACTION_TYPE_SELECT_PREV_WEAPON: ActionType
ACTION_TYPE_SELECT_WEAPON1: ActionType
ACTION_TYPE_SELECT_WEAPON2: ActionType
ACTION_TYPE_SELECT_WEAPON3: ActionType
ACTION_TYPE_SELECT_WEAPON4: ActionType
ACTION_TYPE_SELECT_WEAPON5: ActionType
ACTION_TYPE_SELECT_WEAPON6: ActionType
ACTION_TYPE_SELECT_WEAPON7: ActionType
KNOWLEDGE_KIND_UNSPECIFIED: KnowledgeKind
KNOWLEDGE_KIND_RULES: KnowledgeKind
KNOWLEDGE_KIND_DOCUMENTS: KnowledgeKind
KNOWLEDGE_KIND_EXPERIENCE: KnowledgeKind
KNOWLEDGE_KIND_LIBRARY: KnowledgeKind
KNOWLEDGE_KIND_NETWORK: KnowledgeKind

class GameState(_message.Message):
    __slots__ = ("agent_id", "generation_id", "tick", "screen_buffer", "screen_width", "screen_height", "health", "ammo", "kill_count", "death_count", "pos_x", "pos_y", "angle", "timestamp", "episode_id", "tic", "armor", "selected_weapon", "weapon_ammo", "attack_ready", "hits", "hits_taken", "damage_dealt", "damage_taken", "shots_fired", "velocity_x", "velocity_y", "velocity_z", "pos_z", "entities", "game_variables", "depth", "labels", "automap", "reward", "episode_finished", "variables", "map_bounds", "outcome", "wall_left", "wall_ahead_left", "wall_ahead", "wall_ahead_right", "wall_right")
    class GameVariablesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_ID_FIELD_NUMBER: _ClassVar[int]
    TICK_FIELD_NUMBER: _ClassVar[int]
    SCREEN_BUFFER_FIELD_NUMBER: _ClassVar[int]
    SCREEN_WIDTH_FIELD_NUMBER: _ClassVar[int]
    SCREEN_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    AMMO_FIELD_NUMBER: _ClassVar[int]
    KILL_COUNT_FIELD_NUMBER: _ClassVar[int]
    DEATH_COUNT_FIELD_NUMBER: _ClassVar[int]
    POS_X_FIELD_NUMBER: _ClassVar[int]
    POS_Y_FIELD_NUMBER: _ClassVar[int]
    ANGLE_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    EPISODE_ID_FIELD_NUMBER: _ClassVar[int]
    TIC_FIELD_NUMBER: _ClassVar[int]
    ARMOR_FIELD_NUMBER: _ClassVar[int]
    SELECTED_WEAPON_FIELD_NUMBER: _ClassVar[int]
    WEAPON_AMMO_FIELD_NUMBER: _ClassVar[int]
    ATTACK_READY_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    HITS_TAKEN_FIELD_NUMBER: _ClassVar[int]
    DAMAGE_DEALT_FIELD_NUMBER: _ClassVar[int]
    DAMAGE_TAKEN_FIELD_NUMBER: _ClassVar[int]
    SHOTS_FIRED_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_X_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_Y_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_Z_FIELD_NUMBER: _ClassVar[int]
    POS_Z_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    GAME_VARIABLES_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    AUTOMAP_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    EPISODE_FINISHED_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    MAP_BOUNDS_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    WALL_LEFT_FIELD_NUMBER: _ClassVar[int]
    WALL_AHEAD_LEFT_FIELD_NUMBER: _ClassVar[int]
    WALL_AHEAD_FIELD_NUMBER: _ClassVar[int]
    WALL_AHEAD_RIGHT_FIELD_NUMBER: _ClassVar[int]
    WALL_RIGHT_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    generation_id: int
    tick: int
    screen_buffer: bytes
    screen_width: int
    screen_height: int
    health: float
    ammo: int
    kill_count: int
    death_count: int
    pos_x: float
    pos_y: float
    angle: float
    timestamp: int
    episode_id: str
    tic: int
    armor: float
    selected_weapon: int
    weapon_ammo: int
    attack_ready: bool
    hits: int
    hits_taken: int
    damage_dealt: int
    damage_taken: int
    shots_fired: int
    velocity_x: float
    velocity_y: float
    velocity_z: float
    pos_z: float
    entities: _containers.RepeatedCompositeFieldContainer[Entity]
    game_variables: _containers.ScalarMap[str, float]
    depth: bytes
    labels: bytes
    automap: bytes
    reward: float
    episode_finished: bool
    variables: _containers.RepeatedScalarFieldContainer[float]
    map_bounds: MapBounds
    outcome: EpisodeOutcome
    wall_left: float
    wall_ahead_left: float
    wall_ahead: float
    wall_ahead_right: float
    wall_right: float
    def __init__(self, agent_id: _Optional[str] = ..., generation_id: _Optional[int] = ..., tick: _Optional[int] = ..., screen_buffer: _Optional[bytes] = ..., screen_width: _Optional[int] = ..., screen_height: _Optional[int] = ..., health: _Optional[float] = ..., ammo: _Optional[int] = ..., kill_count: _Optional[int] = ..., death_count: _Optional[int] = ..., pos_x: _Optional[float] = ..., pos_y: _Optional[float] = ..., angle: _Optional[float] = ..., timestamp: _Optional[int] = ..., episode_id: _Optional[str] = ..., tic: _Optional[int] = ..., armor: _Optional[float] = ..., selected_weapon: _Optional[int] = ..., weapon_ammo: _Optional[int] = ..., attack_ready: _Optional[bool] = ..., hits: _Optional[int] = ..., hits_taken: _Optional[int] = ..., damage_dealt: _Optional[int] = ..., damage_taken: _Optional[int] = ..., shots_fired: _Optional[int] = ..., velocity_x: _Optional[float] = ..., velocity_y: _Optional[float] = ..., velocity_z: _Optional[float] = ..., pos_z: _Optional[float] = ..., entities: _Optional[_Iterable[_Union[Entity, _Mapping]]] = ..., game_variables: _Optional[_Mapping[str, float]] = ..., depth: _Optional[bytes] = ..., labels: _Optional[bytes] = ..., automap: _Optional[bytes] = ..., reward: _Optional[float] = ..., episode_finished: _Optional[bool] = ..., variables: _Optional[_Iterable[float]] = ..., map_bounds: _Optional[_Union[MapBounds, _Mapping]] = ..., outcome: _Optional[_Union[EpisodeOutcome, str]] = ..., wall_left: _Optional[float] = ..., wall_ahead_left: _Optional[float] = ..., wall_ahead: _Optional[float] = ..., wall_ahead_right: _Optional[float] = ..., wall_right: _Optional[float] = ...) -> None: ...

class MapBounds(_message.Message):
    __slots__ = ("min_x", "min_y", "max_x", "max_y")
    MIN_X_FIELD_NUMBER: _ClassVar[int]
    MIN_Y_FIELD_NUMBER: _ClassVar[int]
    MAX_X_FIELD_NUMBER: _ClassVar[int]
    MAX_Y_FIELD_NUMBER: _ClassVar[int]
    min_x: float
    min_y: float
    max_x: float
    max_y: float
    def __init__(self, min_x: _Optional[float] = ..., min_y: _Optional[float] = ..., max_x: _Optional[float] = ..., max_y: _Optional[float] = ...) -> None: ...

class Entity(_message.Message):
    __slots__ = ("id", "name", "category", "bearing", "distance", "box_x", "box_y", "box_width", "box_height", "pos_x", "pos_y", "pos_z", "velocity_x", "velocity_y", "velocity_z")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    BEARING_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_FIELD_NUMBER: _ClassVar[int]
    BOX_X_FIELD_NUMBER: _ClassVar[int]
    BOX_Y_FIELD_NUMBER: _ClassVar[int]
    BOX_WIDTH_FIELD_NUMBER: _ClassVar[int]
    BOX_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    POS_X_FIELD_NUMBER: _ClassVar[int]
    POS_Y_FIELD_NUMBER: _ClassVar[int]
    POS_Z_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_X_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_Y_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_Z_FIELD_NUMBER: _ClassVar[int]
    id: int
    name: str
    category: str
    bearing: float
    distance: float
    box_x: int
    box_y: int
    box_width: int
    box_height: int
    pos_x: float
    pos_y: float
    pos_z: float
    velocity_x: float
    velocity_y: float
    velocity_z: float
    def __init__(self, id: _Optional[int] = ..., name: _Optional[str] = ..., category: _Optional[str] = ..., bearing: _Optional[float] = ..., distance: _Optional[float] = ..., box_x: _Optional[int] = ..., box_y: _Optional[int] = ..., box_width: _Optional[int] = ..., box_height: _Optional[int] = ..., pos_x: _Optional[float] = ..., pos_y: _Optional[float] = ..., pos_z: _Optional[float] = ..., velocity_x: _Optional[float] = ..., velocity_y: _Optional[float] = ..., velocity_z: _Optional[float] = ...) -> None: ...

class Action(_message.Message):
    __slots__ = ("action_id", "buttons", "type", "tick", "level", "decided_by", "confidence", "latency_us", "trace")
    ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    BUTTONS_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TICK_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    LATENCY_US_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    action_id: int
    buttons: _containers.RepeatedScalarFieldContainer[bool]
    type: ActionType
    tick: int
    level: str
    decided_by: str
    confidence: float
    latency_us: int
    trace: bytes
    def __init__(self, action_id: _Optional[int] = ..., buttons: _Optional[_Iterable[bool]] = ..., type: _Optional[_Union[ActionType, str]] = ..., tick: _Optional[int] = ..., level: _Optional[str] = ..., decided_by: _Optional[str] = ..., confidence: _Optional[float] = ..., latency_us: _Optional[int] = ..., trace: _Optional[bytes] = ...) -> None: ...

class AgentScore(_message.Message):
    __slots__ = ("agent_id", "generation_id", "experiment_id", "kills", "deaths", "health_remaining", "ammo_efficiency", "exploration_coverage", "fitness_score", "rag_strategy", "mutation_rate", "evaluated_at", "episodes")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_ID_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    KILLS_FIELD_NUMBER: _ClassVar[int]
    DEATHS_FIELD_NUMBER: _ClassVar[int]
    HEALTH_REMAINING_FIELD_NUMBER: _ClassVar[int]
    AMMO_EFFICIENCY_FIELD_NUMBER: _ClassVar[int]
    EXPLORATION_COVERAGE_FIELD_NUMBER: _ClassVar[int]
    FITNESS_SCORE_FIELD_NUMBER: _ClassVar[int]
    RAG_STRATEGY_FIELD_NUMBER: _ClassVar[int]
    MUTATION_RATE_FIELD_NUMBER: _ClassVar[int]
    EVALUATED_AT_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    generation_id: int
    experiment_id: str
    kills: int
    deaths: int
    health_remaining: float
    ammo_efficiency: float
    exploration_coverage: float
    fitness_score: float
    rag_strategy: str
    mutation_rate: float
    evaluated_at: int
    episodes: int
    def __init__(self, agent_id: _Optional[str] = ..., generation_id: _Optional[int] = ..., experiment_id: _Optional[str] = ..., kills: _Optional[int] = ..., deaths: _Optional[int] = ..., health_remaining: _Optional[float] = ..., ammo_efficiency: _Optional[float] = ..., exploration_coverage: _Optional[float] = ..., fitness_score: _Optional[float] = ..., rag_strategy: _Optional[str] = ..., mutation_rate: _Optional[float] = ..., evaluated_at: _Optional[int] = ..., episodes: _Optional[int] = ...) -> None: ...

class GetActionRequest(_message.Message):
    __slots__ = ("state",)
    STATE_FIELD_NUMBER: _ClassVar[int]
    state: GameState
    def __init__(self, state: _Optional[_Union[GameState, _Mapping]] = ...) -> None: ...

class GetActionResponse(_message.Message):
    __slots__ = ("action", "confidence", "latency_us")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    LATENCY_US_FIELD_NUMBER: _ClassVar[int]
    action: Action
    confidence: float
    latency_us: int
    def __init__(self, action: _Optional[_Union[Action, _Mapping]] = ..., confidence: _Optional[float] = ..., latency_us: _Optional[int] = ...) -> None: ...

class ObserveAgentRequest(_message.Message):
    __slots__ = ("agent_id", "include_frames")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_FRAMES_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    include_frames: bool
    def __init__(self, agent_id: _Optional[str] = ..., include_frames: _Optional[bool] = ...) -> None: ...

class AgentObservation(_message.Message):
    __slots__ = ("state", "action_taken", "reward", "dropped")
    STATE_FIELD_NUMBER: _ClassVar[int]
    ACTION_TAKEN_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    state: GameState
    action_taken: Action
    reward: float
    dropped: int
    def __init__(self, state: _Optional[_Union[GameState, _Mapping]] = ..., action_taken: _Optional[_Union[Action, _Mapping]] = ..., reward: _Optional[float] = ..., dropped: _Optional[int] = ...) -> None: ...

class BatchEvaluateResponse(_message.Message):
    __slots__ = ("scores", "total_time_ms")
    SCORES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    scores: _containers.RepeatedCompositeFieldContainer[AgentScore]
    total_time_ms: int
    def __init__(self, scores: _Optional[_Iterable[_Union[AgentScore, _Mapping]]] = ..., total_time_ms: _Optional[int] = ...) -> None: ...

class AgentMessage(_message.Message):
    __slots__ = ("action", "status", "metrics", "error")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    action: Action
    status: AgentStatus
    metrics: AgentMetrics
    error: AgentError
    def __init__(self, action: _Optional[_Union[Action, _Mapping]] = ..., status: _Optional[_Union[AgentStatus, _Mapping]] = ..., metrics: _Optional[_Union[AgentMetrics, _Mapping]] = ..., error: _Optional[_Union[AgentError, _Mapping]] = ...) -> None: ...

class AgentStatus(_message.Message):
    __slots__ = ("phase", "agent_id", "version", "protocol_min", "protocol_max", "capabilities", "observation", "behaviour", "policies", "drain_deadline_ms", "practice", "doom_seed")
    class Phase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PHASE_UNSPECIFIED: _ClassVar[AgentStatus.Phase]
        PHASE_HELLO: _ClassVar[AgentStatus.Phase]
        PHASE_READY: _ClassVar[AgentStatus.Phase]
        PHASE_PLAYING: _ClassVar[AgentStatus.Phase]
        PHASE_PAUSED: _ClassVar[AgentStatus.Phase]
        PHASE_DRAINING: _ClassVar[AgentStatus.Phase]
        PHASE_STOPPED: _ClassVar[AgentStatus.Phase]
    PHASE_UNSPECIFIED: AgentStatus.Phase
    PHASE_HELLO: AgentStatus.Phase
    PHASE_READY: AgentStatus.Phase
    PHASE_PLAYING: AgentStatus.Phase
    PHASE_PAUSED: AgentStatus.Phase
    PHASE_DRAINING: AgentStatus.Phase
    PHASE_STOPPED: AgentStatus.Phase
    PHASE_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_MIN_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_MAX_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    OBSERVATION_FIELD_NUMBER: _ClassVar[int]
    BEHAVIOUR_FIELD_NUMBER: _ClassVar[int]
    POLICIES_FIELD_NUMBER: _ClassVar[int]
    DRAIN_DEADLINE_MS_FIELD_NUMBER: _ClassVar[int]
    PRACTICE_FIELD_NUMBER: _ClassVar[int]
    DOOM_SEED_FIELD_NUMBER: _ClassVar[int]
    phase: AgentStatus.Phase
    agent_id: str
    version: str
    protocol_min: int
    protocol_max: int
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    observation: ObservationSpec
    behaviour: str
    policies: _containers.RepeatedScalarFieldContainer[str]
    drain_deadline_ms: int
    practice: Practice
    doom_seed: int
    def __init__(self, phase: _Optional[_Union[AgentStatus.Phase, str]] = ..., agent_id: _Optional[str] = ..., version: _Optional[str] = ..., protocol_min: _Optional[int] = ..., protocol_max: _Optional[int] = ..., capabilities: _Optional[_Iterable[str]] = ..., observation: _Optional[_Union[ObservationSpec, _Mapping]] = ..., behaviour: _Optional[str] = ..., policies: _Optional[_Iterable[str]] = ..., drain_deadline_ms: _Optional[int] = ..., practice: _Optional[_Union[Practice, _Mapping]] = ..., doom_seed: _Optional[int] = ...) -> None: ...

class Practice(_message.Message):
    __slots__ = ("scenario", "seed", "first_episode", "episodes", "skill", "frame_skip", "timeout", "buttons")
    SCENARIO_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    FIRST_EPISODE_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    SKILL_FIELD_NUMBER: _ClassVar[int]
    FRAME_SKIP_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    BUTTONS_FIELD_NUMBER: _ClassVar[int]
    scenario: str
    seed: int
    first_episode: int
    episodes: int
    skill: int
    frame_skip: int
    timeout: int
    buttons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, scenario: _Optional[str] = ..., seed: _Optional[int] = ..., first_episode: _Optional[int] = ..., episodes: _Optional[int] = ..., skill: _Optional[int] = ..., frame_skip: _Optional[int] = ..., timeout: _Optional[int] = ..., buttons: _Optional[_Iterable[str]] = ...) -> None: ...

class ObservationSpec(_message.Message):
    __slots__ = ("entities", "screen", "depth", "labels", "automap", "walls")
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    SCREEN_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    AUTOMAP_FIELD_NUMBER: _ClassVar[int]
    WALLS_FIELD_NUMBER: _ClassVar[int]
    entities: bool
    screen: bool
    depth: bool
    labels: bool
    automap: bool
    walls: bool
    def __init__(self, entities: _Optional[bool] = ..., screen: _Optional[bool] = ..., depth: _Optional[bool] = ..., labels: _Optional[bool] = ..., automap: _Optional[bool] = ..., walls: _Optional[bool] = ...) -> None: ...

class AgentMetrics(_message.Message):
    __slots__ = ("decisions", "decisions_by_level", "latency_p50_us", "latency_p99_us", "latency_max_us", "timeouts", "episodes", "is_final")
    class DecisionsByLevelEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_BY_LEVEL_FIELD_NUMBER: _ClassVar[int]
    LATENCY_P50_US_FIELD_NUMBER: _ClassVar[int]
    LATENCY_P99_US_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MAX_US_FIELD_NUMBER: _ClassVar[int]
    TIMEOUTS_FIELD_NUMBER: _ClassVar[int]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    IS_FINAL_FIELD_NUMBER: _ClassVar[int]
    decisions: int
    decisions_by_level: _containers.ScalarMap[str, int]
    latency_p50_us: float
    latency_p99_us: float
    latency_max_us: float
    timeouts: int
    episodes: int
    is_final: bool
    def __init__(self, decisions: _Optional[int] = ..., decisions_by_level: _Optional[_Mapping[str, int]] = ..., latency_p50_us: _Optional[float] = ..., latency_p99_us: _Optional[float] = ..., latency_max_us: _Optional[float] = ..., timeouts: _Optional[int] = ..., episodes: _Optional[int] = ..., is_final: _Optional[bool] = ...) -> None: ...

class AgentError(_message.Message):
    __slots__ = ("code", "message", "tick", "retryable", "violations")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TICK_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    tick: int
    retryable: bool
    violations: _containers.RepeatedCompositeFieldContainer[FieldViolation]
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., tick: _Optional[int] = ..., retryable: _Optional[bool] = ..., violations: _Optional[_Iterable[_Union[FieldViolation, _Mapping]]] = ...) -> None: ...

class FieldViolation(_message.Message):
    __slots__ = ("path", "message", "help")
    PATH_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    HELP_FIELD_NUMBER: _ClassVar[int]
    path: str
    message: str
    help: str
    def __init__(self, path: _Optional[str] = ..., message: _Optional[str] = ..., help: _Optional[str] = ...) -> None: ...

class OrchestratorMessage(_message.Message):
    __slots__ = ("state", "control", "config")
    STATE_FIELD_NUMBER: _ClassVar[int]
    CONTROL_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    state: GameState
    control: EpisodeControl
    config: ConfigUpdate
    def __init__(self, state: _Optional[_Union[GameState, _Mapping]] = ..., control: _Optional[_Union[EpisodeControl, _Mapping]] = ..., config: _Optional[_Union[ConfigUpdate, _Mapping]] = ...) -> None: ...

class EpisodeControl(_message.Message):
    __slots__ = ("command", "reason", "episode_id", "agent_seed", "doom_seed", "traceparent")
    class Command(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        COMMAND_UNSPECIFIED: _ClassVar[EpisodeControl.Command]
        COMMAND_START: _ClassVar[EpisodeControl.Command]
        COMMAND_PAUSE: _ClassVar[EpisodeControl.Command]
        COMMAND_RESUME: _ClassVar[EpisodeControl.Command]
        COMMAND_STOP: _ClassVar[EpisodeControl.Command]
        COMMAND_RESET: _ClassVar[EpisodeControl.Command]
        COMMAND_REPORT: _ClassVar[EpisodeControl.Command]
    COMMAND_UNSPECIFIED: EpisodeControl.Command
    COMMAND_START: EpisodeControl.Command
    COMMAND_PAUSE: EpisodeControl.Command
    COMMAND_RESUME: EpisodeControl.Command
    COMMAND_STOP: EpisodeControl.Command
    COMMAND_RESET: EpisodeControl.Command
    COMMAND_REPORT: EpisodeControl.Command
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EPISODE_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_SEED_FIELD_NUMBER: _ClassVar[int]
    DOOM_SEED_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    command: EpisodeControl.Command
    reason: str
    episode_id: str
    agent_seed: int
    doom_seed: int
    traceparent: str
    def __init__(self, command: _Optional[_Union[EpisodeControl.Command, str]] = ..., reason: _Optional[str] = ..., episode_id: _Optional[str] = ..., agent_seed: _Optional[int] = ..., doom_seed: _Optional[int] = ..., traceparent: _Optional[str] = ...) -> None: ...

class ConfigUpdate(_message.Message):
    __slots__ = ("protocol_version", "experiment_id", "generation_id", "agent_id", "policy", "genome", "snapshot_hashes", "agent_seed", "scenario", "buttons", "variables", "frame_skip", "limits", "knowledge", "trace")
    class GenomeEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    GENOME_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_HASHES_FIELD_NUMBER: _ClassVar[int]
    AGENT_SEED_FIELD_NUMBER: _ClassVar[int]
    SCENARIO_FIELD_NUMBER: _ClassVar[int]
    BUTTONS_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    FRAME_SKIP_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    protocol_version: int
    experiment_id: str
    generation_id: int
    agent_id: str
    policy: str
    genome: _containers.ScalarMap[str, float]
    snapshot_hashes: _containers.RepeatedScalarFieldContainer[str]
    agent_seed: int
    scenario: str
    buttons: _containers.RepeatedScalarFieldContainer[str]
    variables: _containers.RepeatedScalarFieldContainer[str]
    frame_skip: int
    limits: SessionLimits
    knowledge: _containers.RepeatedCompositeFieldContainer[Knowledge]
    trace: bool
    def __init__(self, protocol_version: _Optional[int] = ..., experiment_id: _Optional[str] = ..., generation_id: _Optional[int] = ..., agent_id: _Optional[str] = ..., policy: _Optional[str] = ..., genome: _Optional[_Mapping[str, float]] = ..., snapshot_hashes: _Optional[_Iterable[str]] = ..., agent_seed: _Optional[int] = ..., scenario: _Optional[str] = ..., buttons: _Optional[_Iterable[str]] = ..., variables: _Optional[_Iterable[str]] = ..., frame_skip: _Optional[int] = ..., limits: _Optional[_Union[SessionLimits, _Mapping]] = ..., knowledge: _Optional[_Iterable[_Union[Knowledge, _Mapping]]] = ..., trace: _Optional[bool] = ...) -> None: ...

class Knowledge(_message.Message):
    __slots__ = ("kind", "content")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    kind: KnowledgeKind
    content: bytes
    def __init__(self, kind: _Optional[_Union[KnowledgeKind, str]] = ..., content: _Optional[bytes] = ...) -> None: ...

class SessionLimits(_message.Message):
    __slots__ = ("tick_ms", "budget_us")
    TICK_MS_FIELD_NUMBER: _ClassVar[int]
    BUDGET_US_FIELD_NUMBER: _ClassVar[int]
    tick_ms: int
    budget_us: int
    def __init__(self, tick_ms: _Optional[int] = ..., budget_us: _Optional[int] = ...) -> None: ...
