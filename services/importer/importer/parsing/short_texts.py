"""Records whose texts are bounded: the decoder then looks at their lengths in passing."""

import typing
from types import UnionType
from typing import Annotated, Any

import msgspec


def with_short_texts(record_type: type[msgspec.Struct], most: int) -> type[msgspec.Struct]:
    """A struct of the same fields that is written the same way; a text in it has ``most`` characters at most."""
    config = record_type.__struct_config__
    return msgspec.defstruct(
        record_type.__name__,
        [(field.name, _short(field.type, most), _default(field)) for field in msgspec.structs.fields(record_type)],
        omit_defaults=config.omit_defaults,
        forbid_unknown_fields=config.forbid_unknown_fields,
        gc=False,
    )


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return field.default


def _short(kind: Any, most: int) -> Any:
    """Texts that have a limit of their own keep it."""
    if kind is str:
        return Annotated[str, msgspec.Meta(max_length=most)]
    if typing.get_origin(kind) in (typing.Union, UnionType):
        return typing.Union[tuple(_short(one, most) for one in typing.get_args(kind))]  # noqa: UP007 - made at run time
    return kind
