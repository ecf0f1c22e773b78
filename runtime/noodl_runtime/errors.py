"""Every error a caller can meet, in one tree. A leaf knows its HTTP status and its wire code.

Inner code raises a leaf; `http/errors.py` is the one place that turns it into a response. The
message names the thing and says what to do; it is written for the person who will read it.
Codes are those of the Parse protocol, so that existing clients can switch on them.
"""

from typing import Any


class PortableError(Exception):
    """Base of everything this project raises on purpose.

    status:  HTTP status the error turns into, int
    code:    number in the response body, int; clients switch on it
    extra:   further members of the response body, {} for most
    headers: further response headers, e.g. {"Retry-After": "12"}
    """

    status = 500
    code = 1

    def __init__(
        self,
        message: str,
        *,
        code: int | None = None,
        extra: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.extra = extra or {}
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """Return the members of the response body, e.g. {"code": 101, "error": "no record ..."}."""
        return {"code": self.code, "error": str(self), **self.extra}


# -- requests ------------------------------------------------------------------------------------


class BadRequest(PortableError):
    """The request cannot be understood: broken JSON, a wrong type, a wrong parameter."""

    status, code = 400, 107


class BadJson(BadRequest):
    """A body or parameter is not one piece of strict JSON."""


class RequestStalled(BadRequest):
    """The body stopped arriving."""

    status = 408


class RequestTooLarge(PortableError):
    """A body, header block, URL or answer is over its limit; the message names the limit."""

    status, code = 413, 107


class UnsupportedEncoding(PortableError):
    """The body has a content encoding that is not supported."""

    status, code = 415, 107


class NoSuchRoute(PortableError):
    """No route has this path."""

    status, code = 404, 1


class MethodNotAllowed(PortableError):
    """The path exists, the method does not; the header Allow lists those that do."""

    status, code = 405, 1


class ForeignOrigin(PortableError):
    """The Host or Origin of the request is not one this server answers to."""

    status, code = 403, 119


class LaunchTokenMissing(PortableError):
    """The backend answers to the program that started it alone, and another one asked."""

    status, code = 403, 119


class TooManyRequests(PortableError):
    """A rate limit is reached; the header Retry-After says how long to wait, in seconds."""

    status, code = 429, 155


class ServerBusy(PortableError):
    """As many connections are open as the server takes."""

    status, code = 503, 1


class UpgradeRequired(PortableError):
    """The path speaks WebSocket, or server-sent events to those who accept text/event-stream."""

    status, code = 426, 107


class CannotStream(PortableError):
    """The host that runs the backend cannot hold a connection open, as realtime needs."""

    status, code = 501, 1


class BadFrame(BadRequest):
    """A WebSocket client broke the protocol; the connection is closed with this code."""

    def __init__(self, message: str, *, close_code: int = 1002) -> None:
        super().__init__(message)
        self.close_code = close_code


# -- access --------------------------------------------------------------------------------------


class Unauthorized(PortableError):
    """The master key or application id is missing where it is needed, or it is wrong."""

    status, code = 403, 119


class NotAllowed(PortableError):
    """The caller may not do this, whatever the record."""

    status, code = 403, 119


class InvalidSession(PortableError):
    """The session token is unknown or has expired."""

    status, code = 400, 209


class MailRefused(PortableError):
    """A mail did not go out: there is no server for it, no such receiver, or the server refused."""

    status, code = 502, 1


class AccountRefused(PortableError):
    """A name, address, password or way to log in is missing, taken or not known; the code says."""

    status, code = 400, 200


class SessionMissing(PortableError):
    """Only the user themselves may do this, with a session of theirs."""

    status, code = 400, 206


# -- records -------------------------------------------------------------------------------------


class BadQuery(PortableError):
    """The where document, order, limit or pipeline cannot be understood; a guess would widen it."""

    status, code = 400, 102


class QueryTooSlow(PortableError):
    """The query met its time limit and was stopped."""

    status, code = 400, 124


class NoSuchRecord(PortableError):
    """No record with this objectId, or none the caller may see."""

    status, code = 404, 101


class MissingId(PortableError):
    """A record was given no usable objectId where one is needed."""

    status, code = 400, 104


class NoSuchCollection(PortableError):
    """No collection with this name."""

    status, code = 404, 103


class BadName(PortableError):
    """A collection, field or function name is not one this backend accepts."""

    status, code = 400, 105


class BadNestedKey(PortableError):
    """A key inside an object has a character that paths into objects, or operators, are made of."""

    status, code = 400, 121


class WrongType(PortableError):
    """A value does not fit the type of its field; the message names both types."""

    status, code = 400, 111


class InvalidValue(PortableError):
    """A value breaks a rule of its field: required, or its JSON Schema constraint."""

    status, code = 400, 142


class DuplicateValue(PortableError):
    """A unique index already holds this value.

    fields: the fields of that index, e.g. ("username",); ("objectId",) for a chosen id
    """

    status, code = 400, 137
    fields: tuple[str, ...] = ()


class DestructiveChange(PortableError):
    """A schema change would lose data and was not asked for explicitly; the message lists what."""

    status, code = 400, 255


class SchemaRefused(PortableError):
    """A schema change is refused as a whole: an unknown type, a reserved name, an odd shape."""

    status, code = 400, 255


class StoreFull(PortableError):
    """There is no space to write; reads go on."""

    status, code = 507, 1


class StoreDamaged(PortableError):
    """The database file is not whole; it is left byte for byte as it was found."""

    status, code = 500, 1


class StoreUnreachable(PortableError):
    """A store in another process gave no usable answer; the message names its endpoint.

    answered: whether it answered at all, that it failed
    """

    status, code = 502, 100
    answered = False


# -- files ----------------------------------------------------------------------------------------


class NoSuchFile(PortableError):
    """No stored file with this name."""

    status, code = 404, 101


class BadFileName(PortableError):
    """An upload has no usable name."""

    status, code = 400, 122


class FileNotRemoved(PortableError):
    """A file that is to be removed is not there."""

    status, code = 400, 153


class FileRefused(PortableError):
    """An upload is not taken: it is empty, or of a kind that browsers would run."""

    status, code = 400, 130


# -- functions -----------------------------------------------------------------------------------


class FunctionFailed(PortableError):
    """A function could not be run or answered with a failure."""

    status, code = 400, 141


class DeployRefused(PortableError):
    """Functions to deploy are broken; the message names component and node, nothing has changed."""

    status, code = 400, 141


class BadSignature(PortableError):
    """The signature or token of a webhook is missing, wrong, or too old."""

    status, code = 403, 119


class HookNotReady(PortableError):
    """A webhook has no secret to check signatures with."""

    status, code = 503, 1


class NoSuchTrigger(PortableError):
    """No trigger of the workflows that are served has this id."""

    status, code = 404, 1


# -- backends of a machine -------------------------------------------------------------------------


class NoSuchBackend(PortableError):
    """No backend of this machine has this id."""

    status = 404


class BackendNotRunning(PortableError):
    """What was asked for needs a running backend."""

    status = 409


class BackendNotStarted(PortableError):
    """A backend did not start; the message ends with what it said."""

    status = 409


# -- files, settings, start, build: met on the command line ---------------------------------------


class SetupError(PortableError):
    """Something outside the server is wrong: a file, a folder, an option, a port.

    exit_code: what the process ends with, int; 78 (EX_CONFIG) means that no restart will help
    """

    status, code = 500, 1
    exit_code = 1


class BadFile(SetupError):
    """A file is wrong; the message names the file, the path inside it and what was expected."""

    exit_code = 78


class DamagedBundle(SetupError):
    """A bundle is no longer what was built. part: the file in it; why: what is wrong there."""

    exit_code = 78

    def __init__(self, part: str, why: object) -> None:
        super().__init__(f"the file is damaged ({part}: {why}); get it again")


class BadSetting(SetupError):
    """A setting has a value it cannot have; names the setting and where it came from."""

    exit_code = 78


class PortTaken(SetupError):
    """Another process listens on the port."""

    exit_code = 69


class DataFolderInUse(SetupError):
    """Another process uses the data folder."""

    exit_code = 75


class NewerData(SetupError):
    """A newer bundle has changed the database; an older one does not start over it."""

    exit_code = 78


class BuildRefused(SetupError):
    """The builder will not make a bundle of this input; nothing was written."""
