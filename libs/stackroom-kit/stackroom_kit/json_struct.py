"""A JSON body as a struct."""

import re
from typing import TypeVar

import msgspec

from stackroom_kit.problems import ProblemKind
from stackroom_kit.strict_json import OBJECT_PROBLEMS, json_object

T = TypeVar("T")
WRONG_BODY = ProblemKind(400, "wrong_body")
STRUCT_PROBLEMS = (*OBJECT_PROBLEMS, WRONG_BODY)
MAX_SENTENCE = 200  # characters of a detail that tells what a client sent
_PLACE = re.compile(r" - at `\$([^`]*)`\Z")


def json_struct(kind: type[T]) -> T:
    """The body of the request at hand. Problem 400 names the place, never a value that should be kept secret.

    Problem 415, 413 or 400 of what is no JSON object.
    """
    try:
        return msgspec.convert(json_object(), kind)
    except msgspec.ValidationError as error:
        sentence = str(error)
        place = _PLACE.search(sentence)
        pointer = re.sub(r"[.\[]", "/", place[1]).replace("]", "") if place else ""
        raise WRONG_BODY.at(pointer[:MAX_SENTENCE], f"{_PLACE.sub('', sentence)[:MAX_SENTENCE]}.") from None
