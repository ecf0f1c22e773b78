"""Which distributions a bundle carries: ours and, step by step, what each one requires here."""

from collections.abc import Iterable, Iterator
from importlib import metadata
from typing import Any

from noodl_runtime.errors import BuildRefused

OWN = "noodl-portable"
# Extras of ours whose packages go along when they are installed; without them the backend runs,
# and what needs them says so by name.
OPTIONAL_EXTRAS = ("script", "regex")
INSTALL_BUILDER = "run `pip install 'noodl-portable[builder]'`"


def closure(own: metadata.Distribution) -> list[metadata.Distribution]:
    """Return all that `own` needs on this Python and platform, without `own`, sorted by name.

    raises: BuildRefused for one that is not installed, or not in the version that is asked for
    """
    found: dict[str, metadata.Distribution] = {}
    asked: set[tuple[str, str]] = set()
    waiting = [(requirement, own.name) for requirement in _roots(own)]
    while waiting:
        requirement, asker = waiting.pop()
        name = normal_name(requirement.name)
        distribution = found.setdefault(name, _installed(requirement, asker))
        for extra in ("", *sorted(requirement.extras)):
            if (name, extra) not in asked:
                asked.add((name, extra))
                waiting += [(r, distribution.name) for r in requirements(distribution, extra)]
    return [found[name] for name in sorted(found)]


def installed_distribution(name: str) -> metadata.Distribution:
    """Return an installed distribution by name. raises: BuildRefused."""
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError as error:
        raise BuildRefused(
            f"{name} is not installed in this environment; a bundle is made from what is "
            f"installed: use a virtual environment and {INSTALL_BUILDER}"
        ) from error


def _roots(own: metadata.Distribution) -> Iterator[Any]:
    yield from requirements(own, "")
    for extra in OPTIONAL_EXTRAS:
        needed = {str(requirement) for requirement in requirements(own, "")}
        for requirement in requirements(own, extra):
            if str(requirement) not in needed and _is_installed(requirement.name):
                yield requirement


def requirements(distribution: metadata.Distribution, extra: str) -> Iterable[Any]:
    """Yield what a distribution requires on this Python and platform, "" or an extra of it."""
    try:
        from packaging.requirements import Requirement
    except ImportError as error:
        raise BuildRefused(f"packaging is not installed; {INSTALL_BUILDER}") from error
    for text in distribution.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement


def _installed(requirement: Any, asker: str) -> metadata.Distribution:
    try:
        distribution = metadata.distribution(requirement.name)
    except metadata.PackageNotFoundError as error:
        raise BuildRefused(
            f"{asker} needs {requirement.name}, which is not installed; "
            f"run `pip install {requirement.name}` in this environment"
        ) from error
    if not requirement.specifier.contains(distribution.version, prereleases=True):
        raise BuildRefused(
            f"{asker} needs {requirement.name} {requirement.specifier}, but "
            f"{distribution.version} is installed; run `pip install --upgrade {requirement.name}`"
        )
    return distribution


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def normal_name(name: str) -> str:
    """Return a distribution's name as comparisons need it: "zope.event" -> "zope-event"."""
    from packaging.utils import canonicalize_name

    return str(canonicalize_name(name))
