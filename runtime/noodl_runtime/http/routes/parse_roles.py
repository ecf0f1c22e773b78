"""Roles on the Parse wire, /roles."""

from noodl_runtime.access.roles import ROLE
from noodl_runtime.http.routes.parse_records import record_routes

ROUTES = record_routes("/roles", "a role", ROLE)
