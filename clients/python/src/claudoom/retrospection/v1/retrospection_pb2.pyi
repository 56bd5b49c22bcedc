from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Life(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIFE_UNSPECIFIED: _ClassVar[Life]
    LIFE_DRAFT: _ClassVar[Life]
    LIFE_ACTIVE: _ClassVar[Life]
    LIFE_UNDER_REVIEW: _ClassVar[Life]
    LIFE_DEPRECATED: _ClassVar[Life]
    LIFE_RETIRED: _ClassVar[Life]
LIFE_UNSPECIFIED: Life
LIFE_DRAFT: Life
LIFE_ACTIVE: Life
LIFE_UNDER_REVIEW: Life
LIFE_DEPRECATED: Life
LIFE_RETIRED: Life

class ReflectRequest(_message.Message):
    __slots__ = ("experiment_id", "experiment", "generation", "seed", "scenario", "buttons", "tactics", "features", "tags", "scenes", "documents", "room", "agents", "faults")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    SCENARIO_FIELD_NUMBER: _ClassVar[int]
    BUTTONS_FIELD_NUMBER: _ClassVar[int]
    TACTICS_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    SCENES_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    experiment: str
    generation: int
    seed: int
    scenario: str
    buttons: _containers.RepeatedScalarFieldContainer[str]
    tactics: _containers.RepeatedScalarFieldContainer[str]
    features: _containers.RepeatedCompositeFieldContainer[Feature]
    tags: _containers.RepeatedScalarFieldContainer[str]
    scenes: _containers.RepeatedCompositeFieldContainer[Scene]
    documents: _containers.RepeatedCompositeFieldContainer[Document]
    room: int
    agents: _containers.RepeatedCompositeFieldContainer[Agent]
    faults: _containers.RepeatedCompositeFieldContainer[Fault]
    def __init__(self, experiment_id: _Optional[str] = ..., experiment: _Optional[str] = ..., generation: _Optional[int] = ..., seed: _Optional[int] = ..., scenario: _Optional[str] = ..., buttons: _Optional[_Iterable[str]] = ..., tactics: _Optional[_Iterable[str]] = ..., features: _Optional[_Iterable[_Union[Feature, _Mapping]]] = ..., tags: _Optional[_Iterable[str]] = ..., scenes: _Optional[_Iterable[_Union[Scene, _Mapping]]] = ..., documents: _Optional[_Iterable[_Union[Document, _Mapping]]] = ..., room: _Optional[int] = ..., agents: _Optional[_Iterable[_Union[Agent, _Mapping]]] = ..., faults: _Optional[_Iterable[_Union[Fault, _Mapping]]] = ...) -> None: ...

class Feature(_message.Message):
    __slots__ = ("name", "meaning", "unit", "low", "high", "absent")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MEANING_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    ABSENT_FIELD_NUMBER: _ClassVar[int]
    name: str
    meaning: str
    unit: str
    low: float
    high: float
    absent: float
    def __init__(self, name: _Optional[str] = ..., meaning: _Optional[str] = ..., unit: _Optional[str] = ..., low: _Optional[float] = ..., high: _Optional[float] = ..., absent: _Optional[float] = ...) -> None: ...

class Scene(_message.Message):
    __slots__ = ("cell", "begun", "hurt", "died", "killed", "situation", "tried")
    class SituationEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    CELL_FIELD_NUMBER: _ClassVar[int]
    BEGUN_FIELD_NUMBER: _ClassVar[int]
    HURT_FIELD_NUMBER: _ClassVar[int]
    DIED_FIELD_NUMBER: _ClassVar[int]
    KILLED_FIELD_NUMBER: _ClassVar[int]
    SITUATION_FIELD_NUMBER: _ClassVar[int]
    TRIED_FIELD_NUMBER: _ClassVar[int]
    cell: int
    begun: int
    hurt: int
    died: int
    killed: int
    situation: _containers.ScalarMap[str, float]
    tried: _containers.RepeatedCompositeFieldContainer[Tried]
    def __init__(self, cell: _Optional[int] = ..., begun: _Optional[int] = ..., hurt: _Optional[int] = ..., died: _Optional[int] = ..., killed: _Optional[int] = ..., situation: _Optional[_Mapping[str, float]] = ..., tried: _Optional[_Iterable[_Union[Tried, _Mapping]]] = ...) -> None: ...

class Tried(_message.Message):
    __slots__ = ("tactic", "trials", "successes")
    TACTIC_FIELD_NUMBER: _ClassVar[int]
    TRIALS_FIELD_NUMBER: _ClassVar[int]
    SUCCESSES_FIELD_NUMBER: _ClassVar[int]
    tactic: str
    trials: int
    successes: int
    def __init__(self, tactic: _Optional[str] = ..., trials: _Optional[int] = ..., successes: _Optional[int] = ...) -> None: ...

class Agent(_message.Message):
    __slots__ = ("agent", "fitness", "documents")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    FITNESS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    agent: str
    fitness: float
    documents: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, agent: _Optional[str] = ..., fitness: _Optional[float] = ..., documents: _Optional[_Iterable[str]] = ...) -> None: ...

class Document(_message.Message):
    __slots__ = ("id", "situation", "tags", "response", "life", "trials", "successes", "author", "generation", "parent")
    class SituationEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    SITUATION_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    LIFE_FIELD_NUMBER: _ClassVar[int]
    TRIALS_FIELD_NUMBER: _ClassVar[int]
    SUCCESSES_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    id: str
    situation: _containers.ScalarMap[str, float]
    tags: _containers.RepeatedScalarFieldContainer[str]
    response: Response
    life: Life
    trials: int
    successes: int
    author: str
    generation: int
    parent: str
    def __init__(self, id: _Optional[str] = ..., situation: _Optional[_Mapping[str, float]] = ..., tags: _Optional[_Iterable[str]] = ..., response: _Optional[_Union[Response, _Mapping]] = ..., life: _Optional[_Union[Life, str]] = ..., trials: _Optional[int] = ..., successes: _Optional[int] = ..., author: _Optional[str] = ..., generation: _Optional[int] = ..., parent: _Optional[str] = ...) -> None: ...

class Response(_message.Message):
    __slots__ = ("tactic", "buttons")
    TACTIC_FIELD_NUMBER: _ClassVar[int]
    BUTTONS_FIELD_NUMBER: _ClassVar[int]
    tactic: str
    buttons: Buttons
    def __init__(self, tactic: _Optional[str] = ..., buttons: _Optional[_Union[Buttons, _Mapping]] = ...) -> None: ...

class Buttons(_message.Message):
    __slots__ = ("names",)
    NAMES_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, names: _Optional[_Iterable[str]] = ...) -> None: ...

class Fault(_message.Message):
    __slots__ = ("path", "message", "help")
    PATH_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    HELP_FIELD_NUMBER: _ClassVar[int]
    path: str
    message: str
    help: str
    def __init__(self, path: _Optional[str] = ..., message: _Optional[str] = ..., help: _Optional[str] = ...) -> None: ...

class ReflectResponse(_message.Message):
    __slots__ = ("author", "documents", "give_up")
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    GIVE_UP_FIELD_NUMBER: _ClassVar[int]
    author: str
    documents: _containers.RepeatedCompositeFieldContainer[NewDocument]
    give_up: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, author: _Optional[str] = ..., documents: _Optional[_Iterable[_Union[NewDocument, _Mapping]]] = ..., give_up: _Optional[_Iterable[str]] = ...) -> None: ...

class NewDocument(_message.Message):
    __slots__ = ("id", "situation", "tags", "response", "parent")
    class SituationEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    SITUATION_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    id: str
    situation: _containers.ScalarMap[str, float]
    tags: _containers.RepeatedScalarFieldContainer[str]
    response: Response
    parent: str
    def __init__(self, id: _Optional[str] = ..., situation: _Optional[_Mapping[str, float]] = ..., tags: _Optional[_Iterable[str]] = ..., response: _Optional[_Union[Response, _Mapping]] = ..., parent: _Optional[str] = ...) -> None: ...
