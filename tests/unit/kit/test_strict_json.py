"""JSON as the standard has it, and nothing that some parsers let through."""

import pytest

from stackroom_kit.strict_json import MAX_DEPTH, MAX_VALUES, StrictJSONError, loads

WRONG = {
    b"": "invalid_json",
    b"{} x": "invalid_json",
    b'{"a": NaN}': "not_a_number",
    b'{"a": 1e400}': "not_a_number",
    b'{"a": 1, "a": 2}': "duplicate_key",
    b'{"a": {"b": 1, "b": 2}}': "duplicate_key",
    b'{"a": "\\u0000"}': "nul_in_text",
    b'{"\\u0000": 1}': "nul_in_text",
    b'{"a": "\\ud800"}': "lone_surrogate",
    b'{"a": ' + b"9" * 4301 + b"}": "number_too_long",
    b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1): "too_deep",
    b"[" * 1_000_000: "too_deep",
    b"\xff": "not_utf8",
    b"\xef\xbb\xbf{}": "byte_order_mark",
}


@pytest.mark.parametrize(("body", "code"), WRONG.items(), ids=lambda value: value[:20])
def test_wrong_json_is_refused_with_its_code(body: bytes, code: str) -> None:
    with pytest.raises(StrictJSONError) as caught:
        loads(body)
    assert caught.value.kind.code == code


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, 2.5, null, true, "x"]}', {"a": [1, 2.5, None, True, "x"]}),
        ('"Книга"'.encode(), "Книга"),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b'"' + b"[" * 1000 + b'"', "[" * 1000),
        (b'"\\"' + b"{" * 100 + b'"', '"' + "{" * 100),
        (b"9" * 4300, int("9" * 4300)),
    ],
    ids=[
        "all kinds",
        "utf-8",
        "surrogate pair",
        "deepest",
        "brackets in text",
        "after an escaped quote",
        "long number",
    ],
)
def test_right_json_is_taken(body: bytes, value: object) -> None:
    found = loads(body)
    assert value is None or found == value


@pytest.mark.timeout(20)
def test_key_that_stands_twice_is_found_at_once_among_many() -> None:
    keys = ",".join(f'"{number}": 0' for number in range(200_000))
    with pytest.raises(StrictJSONError) as caught:
        loads(f'{{{keys}, "199999": 1}}'.encode())
    assert caught.value.detail == "The key '199999' stands twice in one object."


@pytest.mark.parametrize("value", [b"0", b"[]", b"{}", b'{"a":0,"b":0}'])
def test_more_values_than_memory_should_hold_are_refused(value: bytes) -> None:
    with pytest.raises(StrictJSONError) as caught:
        loads(b"[" + b",".join([value] * MAX_VALUES) + b",0,0]")
    assert caught.value.kind.code == "too_many_values"
