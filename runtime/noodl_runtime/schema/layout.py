"""How a schema lies in SQL: names of tables and columns, and the one place that quotes them.

Every collection is a table of its own name, every field a column of its own name. Beside them:

  objectId, createdAt, updatedAt   text, as records show them
  _rperm, _wperm                   JSON list of principals that may read / write; NULL: everyone
  _nulls                           JSON list of fields that are null, not missing; NULL: none
  _join_<field>_<collection>       junction table of a relation: owningId, relatedId
  _...                             all other tables whose name starts with "_" are the store's own

In a column, SQL NULL means null or missing: queries do not tell them apart, answers do (`_nulls`).
"""

SYSTEM_FIELDS = ("objectId", "createdAt", "updatedAt", "ACL")
READ_PRINCIPALS = "_rperm"
WRITE_PRINCIPALS = "_wperm"
NULLS = "_nulls"


def quote_name(name: str) -> str:
    """Return `name` as an SQL identifier; values are parameters and never pass through here.

    Backticks, because SQLite reads an unknown name in double quotes as a string: a filter on a
    misspelt field (`exists`, `notEqualTo`) would then match every record.
    """
    return "`" + name.replace("`", "``") + "`"


def junction_table(collection: str, field: str) -> str:
    """Return the name of the table behind a relation field."""
    return f"_join_{field}_{collection}"
