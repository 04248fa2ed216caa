"""What a catalog tells of its resources, written out: groups, types, and shelves with a column of every type."""

from typing import Any

WHOLE = {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}
ID = {**WHOLE, "title": "ID"}
GROUPS: dict[str, Any] = {
    "name": "groups",
    "titles": {"one": "Group", "many": "Groups"},
    "id": "given",
    "shown": "name",
    "schema": {
        "title": "groups",
        "type": "object",
        "properties": {
            "id": ID,
            "name": {"type": ["string", "null"], "maxLength": 50, "title": "Name"},
            "comment": {"type": ["string", "null"], "maxLength": 200, "title": "Comment"},
        },
        "required": ["id"],
    },
}
TYPES: dict[str, Any] = {
    "name": "types",
    "titles": {"one": "Type", "many": "Types"},
    "id": "given",
    "shown": "file_name",
    "schema": {
        "title": "types",
        "type": "object",
        "properties": {
            "id": ID,
            "file_name": {"type": ["string", "null"], "maxLength": 30, "title": "File name"},
            "comments": {"type": ["string", "null"], "maxLength": 500, "title": "Comments"},
            "group_id": {**WHOLE, "title": "Group", "x-reference": {"resource": "groups", "by": "name"}},
            "group_name": {"type": ["string", "null"], "readOnly": True},
        },
        "required": ["id", "group_id"],
    },
}
SHELVES: dict[str, Any] = {
    "name": "shelves",
    "titles": {"one": "Shelf", "many": "Shelves"},
    "id": "made",
    "shown": "code",
    "schema": {
        "title": "shelves",
        "type": "object",
        "properties": {
            "id": {**ID, "readOnly": True},
            "code": {"type": "string", "maxLength": 20, "title": "ISBN"},
            "note": {"type": ["string", "null"], "title": "Comment"},
            "floor": {"type": ["integer", "null"], "minimum": 1, "maximum": 9, "title": "Floor"},
            "width": {"type": ["number", "null"], "minimum": 0.5},
            "price": {"type": ["string", "null"], "format": "decimal", "x-digits": 10, "x-places": 2},
            "is_open": {"type": "boolean", "default": True},
            "is_lit": {"type": ["boolean", "null"]},
            "built": {"type": ["string", "null"], "format": "date"},
            "seen": {"type": ["string", "null"], "format": "date-time"},
            "kind": {"type": "string", "enum": ["low", "high"], "default": "low"},
            "extra": {"type": ["object", "null"]},
            "group_id": {**WHOLE, "title": "Group", "x-reference": {"resource": "groups", "by": "name"}},
            "old_group_id": {"type": ["integer", "null"], "x-reference": {"resource": "groups", "by": "name"}},
            "group_name": {"type": ["string", "null"], "readOnly": True},
        },
        "required": ["code", "group_id"],
    },
}
TOLD: dict[str, Any] = {"items": [GROUPS, TYPES, SHELVES], "total": 3}
