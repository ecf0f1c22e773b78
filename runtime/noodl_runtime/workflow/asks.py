"""Questions of a run to its host. The interpreter never does I/O; it asks and is answered later.

Values are typed as everywhere in the runtime (`values.py`). The comment says what is answered;
a refusal is an exception whose text graphs may show.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.people_asks import PeopleAsk


@dataclass(frozen=True, kw_only=True)
class FindRecords:
    """Answer Found. where None: all records; order, include, keys: comma separated, "" for none."""

    collection: Any
    where: Mapping[str, Any] | None = None
    order: str | None = None
    limit: Any = None
    skip: Any = None
    include: str | None = None
    keys: str | None = None
    count: bool | None = None


@dataclass(frozen=True, kw_only=True)
class CountRecords:
    """Answer how many records match."""

    collection: Any
    where: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class DistinctValues:
    """Answer the distinct values of a field."""

    collection: Any
    field: str
    where: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class AggregateRecords:
    """Answer a list of rows, each name -> value.

    groups: {"total": {"sum": "price"}}, operations avg sum max min distinct
    """

    collection: Any
    groups: Mapping[str, Mapping[str, str]]
    where: Mapping[str, Any] | None
    limit: Any = None
    skip: Any = None


@dataclass(frozen=True, kw_only=True)
class FetchRecord:
    """Answer the record."""

    collection: Any
    object_id: str
    include: str | None = None


@dataclass(frozen=True, kw_only=True)
class CreateRecord:
    """Answer the record as it was stored."""

    collection: Any
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class SaveRecord:
    """Answer the record as it is now."""

    collection: Any
    object_id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class IncrementRecord:
    """Answer the record as it is now. amounts: {"votes": 1}."""

    collection: Any
    object_id: str
    amounts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DeleteRecord:
    """Answer anything."""

    collection: Any
    object_id: str


@dataclass(frozen=True, kw_only=True)
class ChangeRelation:
    """Answer the record as it is now. target_collection "": the one the relation leads to."""

    collection: Any
    object_id: str
    field: str
    action: Literal["add", "remove"]
    target_id: Any
    target_collection: str = ""


@dataclass(frozen=True, kw_only=True)
class DeleteFile:
    """Answer anything."""

    name: str


@dataclass(frozen=True, kw_only=True)
class SignFile:
    """Answer a SignedFile: an address that leads to a stored file without a session."""

    name: str


@dataclass(frozen=True, kw_only=True)
class SignedFile:
    """Where a file can be had. ends: seconds since 1970, None where the file is everybody's."""

    url: str
    ends: float | None


@dataclass(frozen=True, kw_only=True)
class SendMail:
    """Answer anything, once the mail server has the mail.

    template: "none" for subject, text and html as given; else the name of a mail with a link
    """

    to: str
    template: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, kw_only=True)
class SessionUser:
    """Answer the user record of a session token, with sessionToken."""

    token: str


@dataclass(frozen=True, kw_only=True)
class FetchUser:
    """Answer the user record."""

    object_id: str


@dataclass(frozen=True, kw_only=True)
class SaveUser:
    """Answer anything."""

    object_id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class LogIn:
    """Answer the user record with sessionToken."""

    username: Any
    password: Any


@dataclass(frozen=True, kw_only=True)
class ReadConfig:
    """Answer all configuration parameters by name."""


@dataclass(frozen=True, kw_only=True)
class ReadSecret:
    """Answer the text of a secret, None for an unknown one."""

    name: str


@dataclass(frozen=True, kw_only=True)
class SendRequest:
    """Answer a Reply. An HTTP error status is an answer too; a refusal means no answer came.

    timeout_s: a TimeoutError refuses what takes longer; None leaves that to the host
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What an HTTP server answered. headers: lower-case names, repeated ones joined by ", "."""

    status: int
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    redirected: bool = False


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Answer after so many milliseconds; equal moments in the order they were asked."""

    milliseconds: float


Ask = (
    FindRecords
    | CountRecords
    | DistinctValues
    | AggregateRecords
    | FetchRecord
    | CreateRecord
    | SaveRecord
    | IncrementRecord
    | DeleteRecord
    | ChangeRelation
    | DeleteFile
    | SignFile
    | SendMail
    | SessionUser
    | FetchUser
    | SaveUser
    | LogIn
    | ReadConfig
    | ReadSecret
    | SendRequest
    | PeopleAsk
    | Wait
)
