"""Every setting and limit: name, default, meaning, and where it can be set. One table.

A field of Settings is a row. From its name come the command-line option (`--function-timeout`),
the environment variable (`NOODL_FUNCTION_TIMEOUT`) and the key under `settings` in config.json
(`functionTimeout`). Options win over the environment, the environment over the file. A secret one
comes from the environment alone.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import Field as Row
from dataclasses import field, fields
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadSetting


def _setting(default: Any, help_text: str, **more: Any) -> Any:
    shown = not more.get("secret", False)
    return field(default=default, repr=shown, metadata={"help": help_text, **more})


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)  # 90 fields: 2 ms less
class Settings:
    """What a running backend goes by. Sizes in bytes, times in seconds."""

    # -- where and how
    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8577, "port to listen on; 0 takes any free one", maximum=65535)
    data: str = _setting("", "data folder; empty: beside the bundle, else the user's data folder")
    log_level: str = _setting(
        "info", "how much to log", choices=("debug", "info", "warning", "error")
    )
    mode: str = _setting(
        "production",
        "development lets collections and fields appear on first write, and is what a served "
        "folder has unless it says otherwise",
        choices=("development", "production"),
    )
    allowed_hosts: tuple[str, ...] = _setting(
        (), "Host names to answer to besides loopback names, comma separated"
    )
    allowed_origins: tuple[str, ...] = _setting(
        (), "Origins to answer to besides loopback ones, comma separated"
    )
    public_url: str = _setting(
        "",
        "address that links in answers begin with where a proxy stands in front, "
        "https://example.com/backend; its host and origin are answered to",
        example="https://example.com/backend",
        pattern=r"https?://[^/?#\s]+(/[^?#\s]*)?",
    )
    durability: str = _setting(
        "full",
        "full: acknowledged means flushed to disk; normal: a power cut may lose the last moments",
        choices=("full", "normal"),
    )
    reload_delay: float = _setting(
        1.0,
        "seconds that workflow files of a served folder must be left alone until they are served; "
        "0: changed files need a restart",
    )
    # -- inside another program
    stop_with_stdin: str = _setting(
        "no",
        "stop when stdin ends, as it does when the program that started this one is gone",
        choices=("no", "yes"),
    )
    parent_pid: int = _setting(0, "stop when the process of this number is gone; 0: none")
    launch_token: str = _setting(
        "",
        "what each request has to bring in the header X-Noodl-Launch-Token; empty: nothing",
        secret=True,
        pattern=r"[!-~]{16,200}",
        example="16 to 200 random letters and digits",
    )
    # -- users
    scrypt_cost: int = _setting(
        15,
        "work of a password hash, the logarithm of scrypt's N; memory and time double with it",
        minimum=10,
        maximum=20,
    )
    session_length: float = _setting(365 * 86400.0, "seconds until a session expires")
    reset_link_age: float = _setting(86400.0, "seconds a link to choose a new password works")
    verify_link_age: float = _setting(7 * 86400.0, "seconds a link to confirm an address works")
    verify_emails: str = _setting(
        "no", "whether new addresses are to be confirmed by mail", choices=("no", "yes")
    )
    function_access: tuple[str, ...] = _setting(
        (),
        "who may call a function, as name=who, comma separated; who is public, user, role:NAME or "
        "master. Others go by their Request node",
    )
    # -- mail
    smtp_host: str = _setting("", "server to send mail through; empty: no mail is sent")
    smtp_port: int = _setting(587, "port of that server", minimum=1, maximum=65535)
    smtp_security: str = _setting(
        "starttls", "how the connection is encrypted", choices=("starttls", "tls", "none")
    )
    smtp_user: str = _setting(
        "", "user at that server; the password is the secret smtpPassword, NOODL_SMTP_PASSWORD"
    )
    mail_from: str = _setting("", "sender of mail; empty: noreply@ the host of public_url")
    # -- limits: users
    max_wrong_passwords: int = _setting(
        10, "most wrong passwords of one account in five minutes", minimum=1
    )
    max_wrong_from_address: int = _setting(
        50, "most wrong passwords from one address in five minutes", minimum=1
    )
    max_sign_ups: int = _setting(1000, "most new users from one address in five minutes", minimum=1)
    # -- limits: requests
    max_body: int = _setting(10_000_000, "largest request body, bytes")
    max_file: int = _setting(50_000_000, "largest uploaded file, bytes")
    file_uploads: str = _setting(
        "anyone", "who may upload files", choices=("anyone", "users", "master")
    )
    file_link_age: float = _setting(3600.0, "seconds that the link of a private file holds")
    max_nesting: int = _setting(100, "deepest nesting of a JSON body or where document")
    max_url: int = _setting(64 * 1024, "longest URL, bytes")
    max_header_size: int = _setting(64 * 1024, "largest header block, bytes")
    max_headers: int = _setting(200, "most headers of one request")
    max_parameters: int = _setting(1000, "most query parameters of one URL")
    max_batch: int = _setting(1000, "most operations in one batch")
    max_limit: int = _setting(1000, "most records in one answer; a larger limit is cut to it")
    header_timeout: float = _setting(20.0, "seconds until the headers must be complete")
    body_timeout: float = _setting(30.0, "seconds a body may stall")
    idle_timeout: float = _setting(75.0, "seconds an idle connection is kept")
    max_connections: int = _setting(10_000, "most open connections")
    stop_timeout: float = _setting(4.0, "seconds that running requests get when stopping")
    # -- limits: data
    max_fields: int = _setting(500, "most fields of one collection")
    query_timeout: float = _setting(5.0, "seconds until a query is stopped and refused")
    change_log_age: float = _setting(7 * 86400.0, "seconds a change stays in the change log")
    change_log_size: int = _setting(100_000, "most changes kept in the change log")
    # -- limits: realtime
    max_realtime: int = _setting(5000, "most clients that hear of changes", minimum=1)
    max_realtime_message: int = _setting(
        64 * 1024, "largest message of such a client, bytes", minimum=1
    )
    max_subscriptions: int = _setting(100, "most subscriptions of one connection", minimum=1)
    realtime_rate: int = _setting(500, "most messages of one client in ten seconds", minimum=1)
    realtime_queue: int = _setting(
        1000, "most messages that wait for one client; beyond it is told to read again", minimum=2
    )
    realtime_queue_size: int = _setting(8_000_000, "most that waits for one client, bytes")
    realtime_ping: float = _setting(25.0, "seconds between pings of a client", minimum=0.01)
    realtime_silence: float = _setting(
        60.0, "seconds until a silent client is given up, or one that never ends its message"
    )
    # -- limits: functions
    function_timeout: float = _setting(15.0, "seconds a function may take; 0 means no limit")
    function_timeouts: tuple[str, ...] = _setting(
        (), "seconds that single functions may take instead, as name=seconds, comma separated"
    )
    script_memory: int = _setting(256 * 1024 * 1024, "memory of the scripts of one run, bytes")
    script_ready: int = _setting(
        2, "script contexts kept ready for a function, so that a call need not wait; 0: none"
    )
    run_history: int = _setting(500, "runs of functions and triggers that are kept; 0: none")
    run_history_sample: int = _setting(
        1, "every how many runs one is kept; those that failed always are", minimum=1
    )
    run_history_steps: int = _setting(
        100, "values on their way between nodes that are kept of one run; 0: none", maximum=10_000
    )
    deployed_versions: int = _setting(
        10, "versions of functions deployed by an editor that are kept", minimum=1
    )
    trigger_timeout: float = _setting(
        30.0, "seconds a run that a trigger started may take; 0 means no limit"
    )
    max_trigger_runs: int = _setting(
        8, "most runs of schedules and database changes at a time", minimum=1
    )
    max_trigger_depth: int = _setting(
        10, "most database change triggers that set off each other in a row"
    )
    trigger_tries: int = _setting(
        8, "how often a database change is tried until it is parked", minimum=1
    )
    trigger_pause: float = _setting(
        2.0, "seconds until the second try; each further pause is twice as long"
    )
    max_waiting_hooks: int = _setting(
        1000, "most calls of webhooks that are accepted and not run yet", minimum=1
    )
    max_parked: int = _setting(
        1000, "most parked changes of one trigger; beyond it the oldest are forgotten", minimum=1
    )
    max_rounds: int = _setting(
        100,
        "updates of one node in one frame of a run; what is left of a loop goes on in the next",
        minimum=1,
    )
    max_response: int = _setting(10_000_000, "largest response of a function, bytes")
    max_reply: int = _setting(10_000_000, "largest answer a function takes from a server, bytes")
    max_asks: int = _setting(100, "most outstanding questions of one run to the host")


@dataclass(frozen=True)
class SettingRow:
    """One setting as the command line, the environment and the reference see it."""

    name: str  # "function_timeout"
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    minimum: float = 0
    maximum: float | None = None
    pattern: str = ""  # of a text; an empty one always fits
    example: str = ""
    secret: bool = False  # from the environment alone: other users can read command lines

    @property
    def option(self) -> str:
        """Return the command-line option: "--function-timeout"."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Return the environment variable: "NOODL_FUNCTION_TIMEOUT"."""
        return "NOODL_" + self.name.upper()

    @property
    def key(self) -> str:
        """Return the key in config.json: "functionTimeout"."""
        first, *rest = self.name.split("_")
        return first + "".join(part.capitalize() for part in rest)

    def read(self, value: Any, source: str) -> Any:
        """Turn a text or JSON value into the setting's value. raises: BadSetting."""
        try:
            return self._checked(_READERS[type(self.default)](value))
        except (TypeError, ValueError) as error:
            shown = "not what it should be" if self.secret else repr(value)
            raise BadSetting(f"{source} is {shown}; {self.expected()}") from error

    def expected(self) -> str:
        """Say what values it takes: "it takes a whole number from 0 to 65535"."""
        if self.choices:
            return f"it takes one of {', '.join(self.choices)}"
        kind = _WORDS[type(self.default)]
        if self.pattern:
            return f"it takes {kind} like {self.example}"
        if not isinstance(self.default, int | float):
            return f"it takes {kind}"
        upto = f" to {self.maximum:g}" if self.maximum is not None else " up"
        return f"it takes {kind} from {self.minimum:g}{upto}"

    def _checked(self, value: Any) -> Any:
        if self.choices and value not in self.choices:
            raise ValueError
        if self.pattern and value and not re.fullmatch(self.pattern, value):
            raise ValueError
        if isinstance(value, int | float) and (
            value < self.minimum or (self.maximum is not None and value > self.maximum)
        ):
            raise ValueError
        return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError
    return int(value)


def _number(value: Any) -> float:
    number = float(value)
    if isinstance(value, bool) or number != number or number == float("inf"):
        raise ValueError
    return number


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else [_text(part) for part in value]
    return tuple(part.strip() for part in parts if part.strip())


_READERS = {int: _whole, float: _number, str: _text, tuple: _texts}
_WORDS = {int: "a whole number", float: "a number", str: "a text", tuple: "a list of texts"}


def _row(row: "Row[Any]") -> SettingRow:
    more = dict(row.metadata)
    return SettingRow(row.name, row.default, more.pop("help"), **more)


SETTINGS: dict[str, SettingRow] = {row.name: _row(row) for row in fields(Settings)}


def resolve(
    options: Mapping[str, Any], environment: Mapping[str, str], config: Mapping[str, Any]
) -> Settings:
    """Return the settings in force: options over environment over config over defaults.

    options:     {"port": "0"}, only those that were given
    environment: the process environment; other variables are ignored
    config:      the `settings` object of config.json; its own `port` goes in as well
    raises:      BadSetting naming the setting and its source
    """
    values: dict[str, Any] = {}
    for name, row in SETTINGS.items():
        if options.get(name) is not None and not row.secret:
            values[name] = row.read(options[name], row.option)
        elif environment.get(row.variable):
            values[name] = row.read(environment[row.variable], row.variable)
        elif row.key in config and not row.secret:
            values[name] = row.read(config[row.key], f"settings.{row.key} in config.json")
    return Settings(**values)


def unknown_settings(config: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each key of `settings` in config.json that is no setting.

    They are not refused: a setting of a newer version must not keep an older one from starting.
    """
    keys = {row.key for row in SETTINGS.values()}
    return [_unknown(str(key), keys) for key in config if key not in keys]


def _unknown(key: str, keys: Iterable[str]) -> str:
    from difflib import get_close_matches

    plain = {known.lower(): known for known in keys}
    close = get_close_matches(re.sub(r"[_-]", "", key).lower(), plain, n=1, cutoff=0.8)
    meant = f"; did you mean {plain[close[0]]}?" if close else ""
    return f"settings.{key[:100]} in config.json is no setting and counts for nothing{meant}"
