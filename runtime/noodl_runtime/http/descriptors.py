"""How many connections the system lets this process have; each one is a file descriptor."""

RESERVED = 128  # for the database, files, logs and outgoing requests


def connection_limit(wanted: int) -> int:
    """Return how many connections can be had of those wanted, raising the soft limit if need be.

    A server that runs out of descriptors can neither accept nor open its own files; one that
    knows the number refuses politely.
    """
    try:
        import resource
    except ImportError:  # not a Unix: no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVED
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    except (ValueError, OSError):  # some systems allow less than they say
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, min(wanted, soft - RESERVED))
