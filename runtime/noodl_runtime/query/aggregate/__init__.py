"""Pipelines over records: match, group, project, sort, limit, skip, unwind, count. Pure."""
