"""Names the platform and the Python this process runs on: CURRENT = "linux-x86_64-3.11".

Read by any Python, 2.7 too, when it starts a bundle: no newer syntax here. And never
platform.machine(): on Windows it asks a service that may be slow or absent.
"""

import os
import sys
import sysconfig

_libc = getattr(getattr(sys, "implementation", None), "_multiarch", "")  # "x86_64-linux-musl"

if os.name == "nt":
    _system = "win"
    _machine = sysconfig.get_platform().split("-")[-1]
elif sys.platform == "darwin":
    _system = "mac"
    _machine = os.uname()[4]
else:
    _system = "musl" if _libc.endswith("musl") else sys.platform.rstrip("0123456789")
    # The interpreter's own word first: a 32-bit Python may run on a 64-bit kernel.
    _machine = _libc.split("-")[0] or os.uname()[4]

# Compiled libraries fit one implementation and one build of it: "3.13t" runs without the GIL.
_name = getattr(getattr(sys, "implementation", None), "name", "cpython")
_python = ".".join(map(str, sys.version_info[:2])) + getattr(sys, "abiflags", "").strip("dmu")

CURRENT = "-".join([_system, _machine, _python if _name == "cpython" else _name + _python])
