"""What the values of a user must be, new or changed."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.access.auth_data import check_auth_data, provider_of, unsupported
from noodl_runtime.access.caller import Caller
from noodl_runtime.errors import AccountRefused, InvalidValue, NotAllowed, WrongType
from noodl_runtime.schema.field_types import infer, type_text
from noodl_runtime.schema.operations import Operation

PASSWORD = "password"  # noqa: S105 - the name of a field, and of the secret that stands for it


def check_new(values: Mapping[str, Any], *, imported: bool) -> None:
    """Accept the values of a new user. imported: the hash of the password comes beside them."""
    if values.get("authData") and provider_of(values["authData"]) is None:
        raise unsupported()
    if imported or values.get("authData"):
        return
    if not _is_text(values.get("username")):
        raise AccountRefused("bad or missing username", code=200)
    if not _is_text(values.get(PASSWORD)):
        raise AccountRefused("password is required", code=201)


def check_values(caller: Caller, values: Mapping[str, Any]) -> None:
    """Accept values that a new or present user is to have."""
    if "emailVerified" in values and not caller.master:
        raise NotAllowed("Clients aren't allowed to manually update email verification.")
    email = values.get("email")
    if isinstance(email, str) and email and not _is_address(email):
        raise InvalidValue("Email address format is invalid.", code=125)
    if PASSWORD in values and not _is_text(values[PASSWORD]):
        _refuse_password(values[PASSWORD])
    if any(name.startswith((f"{PASSWORD}.", "authData.")) for name in values):
        raise WrongType("password and authData of a user are changed as a whole")
    if "authData" in values:
        check_auth_data(values["authData"])


def _refuse_password(value: Any) -> None:
    given = None if isinstance(value, Operation) else infer(value)
    if given is not None and value != "":
        raise WrongType(
            f"schema mismatch for _User.password; expected String but got {type_text(*given)}"
        )
    raise AccountRefused("password is required", code=201)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_address(text: str) -> bool:
    name, at, host = text.rpartition("@")
    return bool(at and name and host) and not any(c.isspace() or ord(c) < 32 for c in text)
