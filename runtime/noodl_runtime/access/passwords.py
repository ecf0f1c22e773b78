"""Passwords as scrypt hashes: "scrypt$15$8$1$<salt>$<hash>", the costs written beside the hash.

All characters count. A hash is checked with the costs it was made with, so a change of the
setting concerns new passwords only.
"""

import base64
import hashlib
import hmac
import secrets

from noodl_runtime.access.threads import Threads

THREADS = 2  # hashes at once; each takes 128 * 8 * 2**cost bytes, 32 MB at the default cost
_BLOCK, _PARALLEL = 8, 1
_SALT, _SIZE = 16, 32  # bytes


class Passwords:
    """Makes and checks hashes. cost: logarithm of scrypt's N; memory and time double with it."""

    def __init__(self, cost: int, threads: Threads) -> None:
        self._cost = cost
        self._threads = threads
        # What a password is compared with when there is no user, so that this takes as long.
        self._nobodys = _written(cost, secrets.token_bytes(_SALT), secrets.token_bytes(_SIZE))

    def hashed(self, password: str) -> str:
        """Return the hash to keep."""
        salt = secrets.token_bytes(_SALT)
        derived = self._derived(password, salt, self._cost, _BLOCK, _PARALLEL)
        return _written(self._cost, salt, derived)

    def matches(self, password: str, kept: str | None) -> bool:
        """Say whether a password has this hash; as slow and always false without one."""
        _, *costs, salt, wanted = (kept or self._nobodys).split("$")
        found = self._derived(password, base64.b64decode(salt), *map(int, costs))
        return hmac.compare_digest(found, base64.b64decode(wanted)) and kept is not None

    def _derived(self, password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
        text = password.encode("utf-8", "surrogatepass")
        return self._threads.run(
            lambda: hashlib.scrypt(
                text,
                salt=salt,
                n=2**cost,
                r=block,
                p=parallel,
                maxmem=256 * block * (2**cost + parallel),
                dklen=_SIZE,
            )
        )


def _written(cost: int, salt: bytes, derived: bytes) -> str:
    parts = (base64.b64encode(part).decode("ascii") for part in (salt, derived))
    return "$".join(("scrypt", str(cost), str(_BLOCK), str(_PARALLEL), *parts))
