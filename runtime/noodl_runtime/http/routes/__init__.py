"""The whole table of routes, in matching order. A new family is a file here and a line below."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from noodl_runtime.http import health
from noodl_runtime.http.route import Route
from noodl_runtime.http.routes import (
    batch,
    editor_deploy,
    export,
    files,
    functions,
    hooks,
    mail_pages,
    openapi,
    page,
    parse_aggregate,
    parse_batch,
    parse_config,
    parse_purge,
    parse_records,
    parse_roles,
    parse_schemas,
    parse_server,
    parse_sessions,
    parse_users,
    realtime,
    records,
    runs,
    schema,
    triggers,
)

PLAIN: list[Route] = [
    *health.ROUTES,
    *schema.ROUTES,
    *export.ROUTES,
    *batch.ROUTES,
    *records.ROUTES,
    *runs.ROUTES,
    *hooks.ROUTES,
    *triggers.ROUTES,
    *page.ROUTES,
    *realtime.ROUTES,
    *openapi.ROUTES,
]
PARSE: list[Route] = [
    *functions.ROUTES,
    *editor_deploy.ROUTES,
    *files.ROUTES,
    *parse_records.ROUTES,
    *parse_users.ROUTES,
    *parse_sessions.ROUTES,
    *parse_roles.ROUTES,
    *mail_pages.ROUTES,
    *parse_batch.ROUTES,
    *parse_aggregate.ROUTES,
    *parse_config.ROUTES,
    *parse_schemas.ROUTES,
    *parse_purge.ROUTES,
    *parse_server.ROUTES,
]


def below(mount: str, routes: Iterable[Route]) -> Iterator[Route]:
    """Yield routes with `mount` in front of their patterns."""
    for route in routes:
        yield replace(route, pattern=mount + route.pattern)


ROUTES: list[Route] = [*PLAIN, *PARSE, *below("/parse", [*health.MOUNTED, *PARSE])]
