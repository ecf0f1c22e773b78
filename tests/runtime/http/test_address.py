import pytest

from noodl_runtime.errors import BadRequest
from noodl_runtime.http.address import path_parts, query_parameters

PATHS = [
    ("/",                    ()),
    ("/api/Todo",            ("api", "Todo")),
    ("/api/Todo/",           ("api", "Todo")),
    ("/api/Todo/a%2Fb",      ("api", "Todo", "a/b")),
    ("/api/%E6%9D%B1",       ("api", "東")),
    ("/api/\xe6\x9d\xb1",    ("api", "東")),
    ("/a+b/c%20d",           ("a+b", "c d")),
    ("/..%2f..%2fetc/%00",   ("../../etc", "\0")),
    ("/a//b",                ("a", "", "b")),
]  # fmt: skip

QUERIES = [
    ("",                      {}),
    ("a=1&b=2",               {"a": "1", "b": "2"}),
    ("a=1&a=2",               {"a": "2"}),
    ("a",                     {"a": ""}),
    ("a=b+c%2B%20d",          {"a": "b c+ d"}),
    ('g={"$sum":"$v"}&x=1',   {"g": '{"$sum":"$v"}', "x": "1"}),
    ("a=b=c&&",               {"a": "b=c"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "parts"), PATHS)
def test_a_path_is_cut_before_it_is_decoded(path: str, parts: tuple[str, ...]) -> None:
    assert path_parts(path) == parts


@pytest.mark.parametrize(("text", "parameters"), QUERIES)
def test_of_a_repeated_parameter_the_last_counts(text: str, parameters: dict[str, str]) -> None:
    assert query_parameters(text, 1000) == parameters


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(BadRequest, match="the path is not UTF-8"):
        path_parts("/api/%ff")
    with pytest.raises(BadRequest, match="the query string is not UTF-8"):
        query_parameters("a=%ff", 1000)


def test_a_thousand_parameters_are_enough() -> None:
    with pytest.raises(BadRequest, match="more than 1000 query parameters"):
        query_parameters("&".join("a" * 1001), 1000)
