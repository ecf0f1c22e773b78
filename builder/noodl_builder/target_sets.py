"""The libraries for each target: from this environment for its own, from wheels for the others.

What is asked for comes from the metadata of noodl-portable, read with the markers of the target.
Versions are those installed here where that is possible, so that all targets run the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import noodl_runtime
from noodl_builder.boot.noodl_target import CURRENT
from noodl_builder.dependency import Dependency, make_dependency, merged
from noodl_builder.distributions import (
    OPTIONAL_EXTRAS,
    OWN,
    closure,
    installed_distribution,
    normal_name,
)
from noodl_builder.entry import Entry
from noodl_builder.fetching import Fetch, fetch_wheels
from noodl_builder.folder_files import LeftOut
from noodl_builder.installed_files import read_own
from noodl_builder.options import BuildOptions
from noodl_builder.packed_libraries import build_cache
from noodl_builder.runtime_parts import RuntimeParts, installed_runtime
from noodl_builder.targets import UNIVERSAL, Target, parse_targets, target_named
from noodl_builder.wheelhouse import Wheel, Wheelhouse
from noodl_runtime.errors import BuildRefused


@dataclass
class Resolver:
    """Finds the wheels of a target. fetch: gets what is missing, None: the network is closed."""

    own: metadata.Distribution
    wheelhouse: Wheelhouse
    fetch: Fetch | None = None
    left_out: list[LeftOut] = field(default_factory=list)

    def wheels(self, target: Target) -> dict[str, Wheel]:
        """Return the wheels a target needs, by name. raises: BuildRefused naming one."""
        pins = self._pins()
        if self.fetch:
            self._fetch_all(target, pins)
        found: dict[str, Wheel] = {}
        waiting = [(requirement, OWN) for requirement in self._roots(target, "")]
        self._follow(waiting, target, pins, found)
        for extra in OPTIONAL_EXTRAS:
            self._add_extra(extra, target, pins, found)
        return found

    def _add_extra(
        self, extra: str, target: Target, pins: Mapping[str, str], found: dict[str, Wheel]
    ) -> None:
        more = dict(found)
        try:
            waiting = [(requirement, OWN) for requirement in self._roots(target, extra)]
            self._follow(waiting, target, pins, more)
        except BuildRefused:
            self.left_out.append(
                LeftOut(f"{target.name}: the extra {extra!r}", "no wheel; what needs it says so")
            )
            return
        found.update(more)

    def _follow(
        self,
        waiting: list[tuple[Any, str]],
        target: Target,
        pins: Mapping[str, str],
        found: dict[str, Wheel],
    ) -> None:
        while waiting:
            requirement, asker = waiting.pop()
            name = normal_name(requirement.name)
            if name in found:
                continue
            wheel = self._wheel(requirement, target, pins.get(name))
            if wheel is None:
                raise BuildRefused(
                    f"{asker} needs {requirement.name} {requirement.specifier}, and there is no "
                    f"wheel of it for {target.name}; put one into the folder given with "
                    "--wheelhouse, or allow pip to fetch it with --allow-network"
                )
            found[name] = wheel
            waiting += [
                (r, wheel.name) for r in wheel.requires if _applies(r, target, requirement.extras)
            ]

    def _wheel(self, requirement: Any, target: Target, pin: str | None) -> Wheel | None:
        from packaging.requirements import Requirement

        wanted = [requirement]
        if pin and requirement.specifier.contains(pin, prereleases=True):
            wanted.insert(0, Requirement(f"{requirement.name}=={pin}"))
        for text in wanted:
            if wheel := self.wheelhouse.fitting(text, target):
                return wheel
        for text in wanted if self.fetch else ():
            bare = f"{text.name}{text.specifier}"
            if self.fetch and self.fetch([bare], target):
                self.wheelhouse.read()
                if wheel := self.wheelhouse.fitting(text, target):
                    return wheel
        found = (self.wheelhouse.best(text, target) for text in wanted)
        return next((wheel for wheel in found if wheel), None)

    def _fetch_all(self, target: Target, pins: Mapping[str, str]) -> None:
        """Fetch everything in one go, which is quick; what that misses is fetched one by one."""
        from packaging.requirements import Requirement

        texts = [f"{name}=={version}" for name, version in pins.items()]
        missing = [t for t in texts if self.wheelhouse.fitting(Requirement(t), target) is None]
        if missing and self.fetch and self.fetch(missing, target):
            self.wheelhouse.read()

    def _roots(self, target: Target, extra: str) -> Iterator[Any]:
        from packaging.requirements import Requirement

        for requirement in map(Requirement, self.own.requires or ()):
            plain = _applies(requirement, target, ())
            if plain if not extra else not plain and _applies(requirement, target, (extra,)):
                yield requirement

    def _pins(self) -> dict[str, str]:
        try:
            return {normal_name(d.name): d.version for d in closure(self.own)}
        except BuildRefused:
            return {}


def runtime_for(
    options: BuildOptions,
    *,
    package: Path | None = None,
    fetch: Callable[[Iterable[str], Target, Path], bool] = fetch_wheels,
    tell: Callable[[str], None] = lambda step: None,
) -> tuple[RuntimeParts, list[LeftOut]]:
    """Return the runtime for the targets of a build, and what was left out of it.

    Of "universal" those targets are left out whose libraries are not all there; of targets asked
    for by name that is refused.
    package: folder of noodl_runtime, None: the one this process imported
    raises:  BuildRefused, BadSetting
    """
    package = package or Path(noodl_runtime.__file__).parent
    strict = UNIVERSAL not in options.targets
    fetched = build_cache() / "wheels"
    if options.allow_network:
        fetched.mkdir(mode=0o700, parents=True, exist_ok=True)
    given = [options.wheelhouse] if options.wheelhouse else []
    wheelhouse = Wheelhouse([*given, *([fetched] if options.allow_network else [])])
    resolver = Resolver(
        installed_distribution(OWN),
        wheelhouse,
        (lambda texts, target: fetch(texts, target, fetched)) if options.allow_network else None,
    )
    names = parse_targets(options.targets)
    sets: dict[str, tuple[Entry, ...]] = {}
    dependencies: list[Dependency] = []
    for name in names:
        try:
            tell(f"collecting the libraries for {name}")
            entries, told = _target(name, package, resolver)
        except BuildRefused as error:
            if strict:
                raise
            resolver.left_out.append(LeftOut(f"target {name}", str(error).partition(";")[0]))
            continue
        sets[name] = entries
        dependencies += told
    if not sets:
        raise BuildRefused("no target is left; use --wheelhouse DIR or --allow-network")
    runtime = RuntimeParts(noodl_runtime.__version__, sets, merged(dependencies))
    return runtime, resolver.left_out


def _target(
    name: str, package: Path, resolver: Resolver
) -> tuple[tuple[Entry, ...], Iterable[Dependency]]:
    if name == CURRENT:
        installed = installed_runtime(package)
        return installed.sets[CURRENT], installed.dependencies
    target = target_named(name)
    wheels = resolver.wheels(target)
    files = {key: wheel.entries() for key, wheel in wheels.items()}
    entries = [
        *read_own(resolver.own, package),
        *(entry for family in files.values() for entry in family),
    ]
    told = [
        make_dependency(
            wheel.metadata,
            files[key],
            wheels=((wheel.path.name, wheel.sha256),),
            requires=[
                normal_name(r.name)
                for r in wheel.requires
                if _applies(r, target, ()) and normal_name(r.name) in wheels
            ],
        )
        for key, wheel in wheels.items()
    ]
    return tuple(sorted(entries)), told


def _applies(requirement: Any, target: Target, extras: Iterable[str]) -> bool:
    if requirement.marker is None:
        return True
    return any(
        requirement.marker.evaluate({**target.markers, "extra": extra}) for extra in ("", *extras)
    )
