"""The cookies that identity sets and the gateway takes, by name."""

SESSION = "stackroom"
SIGN_ON = "stackroom-sign-on"  # between the way to a provider and the way back
SECURE_PREFIX = "__Host-"  # which a browser takes over TLS alone, and from no other host's page


def cookie_name(name: str, *, is_secure: bool) -> str:
    """As the cookie is called over TLS, or without."""
    return SECURE_PREFIX + name if is_secure else name
