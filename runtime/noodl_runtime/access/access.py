"""Everything about who may do what, put together for one backend."""

import time
from collections.abc import Callable, Iterable

from noodl_runtime.access import passwords
from noodl_runtime.access.accounts import Accounts
from noodl_runtime.access.attempts import Attempts
from noodl_runtime.access.caller import Caller
from noodl_runtime.access.callers import Callers
from noodl_runtime.access.function_access import FunctionAccess
from noodl_runtime.access.function_mail import FunctionMail
from noodl_runtime.access.keys import Keys
from noodl_runtime.access.letters import Letters
from noodl_runtime.access.mail import Mailer
from noodl_runtime.access.passwords import Passwords
from noodl_runtime.access.reading import Reading
from noodl_runtime.access.recovery import Recovery
from noodl_runtime.access.roles import ROLE, Roles
from noodl_runtime.access.rules import Prepared
from noodl_runtime.access.sessions import SESSION, USER, Sessions
from noodl_runtime.access.threads import Threads
from noodl_runtime.access.users import Users
from noodl_runtime.access.writing import check_write
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import CloudStore, Write
from noodl_runtime.values import Clock, now_iso

WINDOW_S = 300.0  # in which wrong passwords, sign-ups and mails are counted
MAX_MAILS = 5  # of one account


class Access:
    """The callers, accounts and rules of a backend.

    clock:   for what is kept: when sessions and links expire
    seconds: for what is counted; only goes forward
    """

    def __init__(
        self,
        store: CloudStore,
        settings: Settings,
        *,
        keys: Keys,
        name: str = "",
        app_id: str = "",
        smtp_password: str = "",
        clock: Clock = now_iso,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        def attempts(what: str, most: int) -> Attempts:
            return Attempts(what, most, WINDOW_S, seconds)

        self._store = store
        self._threads = Threads(passwords.THREADS)
        self.mailer = Mailer(settings, smtp_password)
        letters, awaited = (
            Letters(settings, send, clock, name=name, app_id=app_id)
            for send in (self.mailer.send, self.mailer.deliver)
        )
        hashes = Passwords(settings.scrypt_cost, self._threads)
        self._sessions = sessions = Sessions(store, clock, settings.session_length)
        roles = Roles(store)
        users = Users(store, sessions, hashes, letters, attempts("sign-ups", settings.max_sign_ups))
        self.functions = FunctionAccess(settings.function_access)
        self.callers = Callers(keys, sessions, roles)
        wrong_passwords = attempts("wrong passwords", settings.max_wrong_passwords)
        self.accounts = Accounts(
            store,
            sessions,
            hashes,
            wrong_passwords=wrong_passwords,
            wrong_from_address=attempts("wrong passwords", settings.max_wrong_from_address),
        )
        mails = attempts("mails", MAX_MAILS)

        def recovery(written: Letters) -> Recovery:
            return Recovery(
                store,
                sessions,
                hashes,
                written,
                clock=clock,
                mails=mails,
                wrong_passwords=wrong_passwords,
            )

        self.recovery = recovery(letters)
        self.function_mail = FunctionMail(self.mailer, recovery(awaited))
        self._rules = {USER: users.prepared, SESSION: sessions.prepared, ROLE: roles.prepared}

    def reading(self, caller: Caller) -> Reading:
        """Return the view a caller has of the records."""
        return Reading(self._store.get_schema(), caller)

    def prepared(self, caller: Caller, write: Write) -> Prepared:
        """Return a write as the store may have it. raises: what forbids it."""
        check_write(self._store, caller, write)
        rule = self._rules.get(write.collection)
        return rule(caller, write) if rule else Prepared(write=write)

    def stored(self, writes: Iterable[Write]) -> None:
        """Take note of writes that are committed."""
        self._sessions.stored(writes)

    def on_session_end(self, watcher: Callable[[str], None]) -> None:
        """Call watcher with the objectId of each session that is changed or ended, afterwards."""
        self._sessions.watch(watcher)

    def close(self) -> None:
        """Stop what goes on beside requests."""
        self.mailer.close()
        self._threads.close()
