"""Codes of errors, as they stand in the source: found by how they are given, so that no list can miss one."""

import ast
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

# Where the code stands in a call; in every other call it is the keyword `code`.
OF_PROBLEMS: Mapping[str, int] = {
    "ProblemKind": 1, "FieldError": 1,
}  # fmt: skip
EVERYWHERE: Mapping[str, int] = {
    **OF_PROBLEMS, "Refusal": 0, "RecordError": 0, "Failure": 0, "failed": 2, "refuse": 1, "refused": 0,
    "failed_line": 1, "refused_line": 1,
}  # fmt: skip
WORD = re.compile(r"[a-z]+[a-z0-9_]*")
CODES = {"code", "shots_code"}


def constants(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and WORD.fullmatch(node.value):
        yield node.value


def _codes_of_call(call: ast.Call, code_at: Mapping[str, int]) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = code_at.get(name)
    if place is not None and place < len(call.args):
        yield from constants(call.args[place])
    for keyword in call.keywords:
        if keyword.arg in CODES:
            yield from constants(keyword.value)


def _is_sentence(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and " " in str(node.value))


def _codes_of(node: ast.AST, code_at: Mapping[str, int]) -> Iterator[str]:
    """Of a call, a dictionary with a `code`, a returned pair, a parameter's default, a variable `code`."""
    if isinstance(node, ast.Call):
        yield from _codes_of_call(node, code_at)
    elif isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["code"]:
        yield from constants(node.value)
    elif isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        yield from (code for key, value in pairs if CODES & set(constants(key)) for code in constants(value))
    elif isinstance(node, ast.Return):
        tuples = (inner for inner in ast.walk(node) if isinstance(inner, ast.Tuple) and len(inner.elts) == 2)
        yield from (code for pair in tuples if _is_sentence(pair.elts[1]) for code in constants(pair.elts[0]))
    elif isinstance(node, ast.arguments):
        given = zip(reversed(node.args), reversed(node.defaults), strict=False)
        yield from (code for argument, value in given if argument.arg == "code" for code in constants(value))


@functools.cache
def _nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text())))


def codes_in(path: Path, code_at: Mapping[str, int] = EVERYWHERE) -> set[str]:
    """What a source file gives by the calls in ``code_at``, and in the other ways."""
    return {code for node in _nodes(path) for code in _codes_of(node, code_at)}
