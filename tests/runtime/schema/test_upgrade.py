from noodl_runtime.schema.model import Collection, Field, Index, Schema
from noodl_runtime.schema.names import SYSTEM_COLLECTIONS
from noodl_runtime.schema.upgrade import authored, upgraded

TITLE, DONE = Field(name="title", type="String"), Field(name="done", type="Boolean")
BY_TITLE = Index(name="by_title", fields=("title",))


def schema(*collections: Collection) -> Schema:
    return Schema(collections={c.name: c for c in collections})


def todo(*fields: Field, indexes: tuple[Index, ...] = ()) -> Collection:
    return Collection(name="Todo", fields={f.name: f for f in fields}, indexes=indexes)


def test_what_is_new_in_the_file_is_added() -> None:
    both = upgraded(schema(todo(TITLE)), schema(todo(TITLE, DONE), Collection(name="List")))
    assert list(both.collections) == ["Todo", "List"]
    assert list(both.collections["Todo"].fields) == ["title", "done"]


def test_what_the_file_does_not_list_stays() -> None:
    present = schema(todo(TITLE, DONE, indexes=(BY_TITLE,)), Collection(name="List"))
    assert upgraded(present, schema(todo(TITLE))) == present
    assert upgraded(present, Schema()) == present


def test_where_both_have_a_field_the_file_says_how_it_is() -> None:
    required = Field(name="title", type="String", required=True)
    both = upgraded(schema(todo(TITLE)), schema(todo(required)))
    assert both.collections["Todo"].fields["title"] == required


def test_permissions_stay_unless_the_file_gives_some() -> None:
    present = schema(Collection(name="A", permissions={"find": {}}))
    assert upgraded(present, schema(Collection(name="A"))) == present
    stricter = schema(Collection(name="A", permissions={"find": {"*": True}}))
    assert upgraded(present, stricter) == stricter


def test_an_author_sees_no_collection_that_every_backend_has() -> None:
    user = SYSTEM_COLLECTIONS["_User"]
    assert authored(schema(user, todo(TITLE))) == schema(todo(TITLE))
    extended = Collection(name="_User", fields={**user.fields, "done": DONE})
    assert authored(schema(extended)) == schema(extended)
