"""Reads pipelines and runs them: what the store can do in SQL first, the rest over its records."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadQuery
from noodl_runtime.query.aggregate.accumulators import AddToSet
from noodl_runtime.query.aggregate.expressions import Row
from noodl_runtime.query.aggregate.stage import MAX_HELD, Stage, bounded
from noodl_runtime.query.aggregate.stages import STAGES
from noodl_runtime.query.leaves import leaves
from noodl_runtime.query.tree import Condition, Path, every
from noodl_runtime.values import Record

MAX_STAGES = 100


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A pipeline, divided between the store and `run_stages`.

    condition, order, skip, limit: what to query; limit None for all
    fields: names the stages look at, None for all; no others need to be fetched
    stages: what is left to do with the records that are found
    """

    condition: Condition
    order: tuple[str, ...]
    skip: int
    limit: int | None
    fields: frozenset[str] | None
    stages: tuple[Stage, ...]


def read_pipeline(pipeline: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> tuple[Stage, ...]:
    """Return the stages of a pipeline: [{"$match": {...}}, {"$group": {"_id": None, ...}}].

    Names come with or without "$"; a mapping {"match": {...}, "group": {...}} is a pipeline too.
    raises: BadQuery for an unknown stage, accumulator or expression
    source: recorded answers; $group has its key in _id, the older group in objectId
    """
    if isinstance(pipeline, Mapping):
        pipeline = [{name: given} for name, given in pipeline.items()]
    if not isinstance(pipeline, list | tuple):
        raise BadQuery("a pipeline is a list of stages")
    if len(pipeline) > MAX_STAGES:
        raise BadQuery(f"a pipeline holds at most {MAX_STAGES} stages")
    return tuple(_stage(given) for given in pipeline)


def plan(stages: Sequence[Stage]) -> Plan:
    """Divide a pipeline: leading matches, then a sort, skip and limit are for the store."""
    rest = list(stages)
    conditions = [stage.condition for stage in _taken(rest, "match", len(rest))]
    order = next((stage.order for stage in _taken(rest, "sort")), ())
    skip = next((stage.count for stage in _taken(rest, "skip")), 0)
    limit = next((stage.count for stage in _taken(rest, "limit")), None)
    return Plan(
        condition=every(conditions),
        order=order,
        skip=skip,
        limit=limit,
        fields=rest[0].used if rest and rest[0].renews else None,
        stages=tuple(rest),
    )


def run_stages(stages: Iterable[Stage], records: Iterable[Record]) -> list[Row]:
    """Return the rows that come out of the stages; they hold at most MAX_HELD at any time."""
    rows: Iterable[Row] = records
    for stage in stages:
        rows = stage.run(rows)
    return bounded(rows, "the answer of the pipeline")


def distinct_values(records: Iterable[Record], path: Path) -> list[Any]:
    """Return the distinct values at a path, of lists their distinct elements; null is none."""
    found = AddToSet()
    for record in records:
        for value in leaves(record.get(path[0]), path[1:]):
            for item in value if type(value) is list else (value,):
                found.add(item)
        if found.size > MAX_HELD:
            raise BadQuery(f"there are more than {MAX_HELD} distinct values; narrow the query")
    return found.answer()


def _taken(rest: list[Stage], name: str, most: int = 1) -> list[Stage]:
    taken: list[Stage] = []
    while rest and rest[0].name == name and len(taken) < most:
        taken.append(rest.pop(0))
    return taken


def _stage(given: Any) -> Stage:
    if not isinstance(given, Mapping) or len(given) != 1:
        raise BadQuery("a stage of a pipeline is an object with one key: {'$match': {...}}")
    ((name, value),) = given.items()
    read = STAGES.get(name) or STAGES.get(name.removeprefix("$"))
    if read is None:
        known = ", ".join(stage for stage in STAGES if not stage.startswith("$"))
        raise BadQuery(f"invalid aggregate stage {name!r}; known: {known}")
    return read(value)
