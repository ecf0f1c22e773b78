"""How a schema lies in SQL: names of tables and columns, and the one place that quotes them.

Every collection is a table of its own name, every field a column of its own name. Beside them:

  objectId, createdAt, updatedAt   text, as records show them
  _rperm, _wperm                   JSON list of principals that may read / write; NULL: everyone
  _nulls                           JSON list of fields that are null, not missing; NULL: none
  _join:<field>:<collection>       junction table of a relation: owningId, relatedId
  _...                             all other tables whose name starts with "_" are the store's own

Records keep their place: `_rowid_` grows with every record made, and breaks ties of createdAt.

SQLite does not tell `Item` from `item`, clients do. The second collection of such a pair gets a
table of another name ("item~0", see `spare_table`); the second field of such a pair is refused.

In a column, SQL NULL means null or missing: queries do not tell them apart, answers do (`_nulls`).
"""

from noodl_runtime.schema.model import Collection

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


def quote_text(text: str) -> str:
    """Return a text as an SQL literal, for statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def table_name(collection: Collection) -> str:
    """Return the name of a collection's table; always ask here, it may not be the collection's."""
    return collection.table or collection.name


def spare_table(collection: str) -> str:
    """Return the name of the table for a collection whose own name differs from another's by case.

    "todoItem" -> "todoItem~10": the places of its capitals, as bits, which no other spelling has
    """
    capitals = sum(1 << place for place, letter in enumerate(collection) if letter.isupper())
    return f"{collection}~{capitals:x}"


def junction_table(collection: str, field: str) -> str:
    """Return the name of the table behind a relation field; collection: what `table_name` says.

    Colons, because no name has one: field "a_b" of "c" and field "a" of "b_c" stay apart.
    """
    return f"_join:{field}:{collection}"
