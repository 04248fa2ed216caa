"""Words of a file that are said again in an answer."""

MOST = 50  # characters


def readable(text: str) -> str:
    """In quotes, with spaces of every kind as such and U+FFFD for what cannot be seen: nobody reads escapes."""
    return "'" + "".join(map(_shown, text[:MOST])) + "'"


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "\ufffd"
