"""``/health`` says that the process answers, ``/health/ready`` that what it needs answers too."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask

Check = Callable[[], Any]
logger = logging.getLogger(__name__)


def _state(name: str, check: Check) -> dict[str, Any]:
    """A check raises when its part is away; what it returns, if anything, is shown."""
    try:
        detail = check()
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, this part is down
        logger.warning("%s is not ready: %s", name, type(error).__name__)
        return {"status": "down", "reason": type(error).__name__}
    return {"status": "ok", **({"detail": detail} if detail is not None else {})}


def register_health(app: Flask, checks: Mapping[str, Check]) -> None:
    def alive() -> dict[str, str]:
        return {"status": "ok"}

    def ready() -> tuple[dict[str, Any], int]:
        parts = {name: _state(name, check) for name, check in checks.items()}
        is_ready = all(part["status"] == "ok" for part in parts.values())
        return {"status": "ok" if is_ready else "down", "parts": parts}, 200 if is_ready else 503

    app.add_url_rule("/health", view_func=alive, endpoint="health")
    app.add_url_rule("/health/ready", view_func=ready, endpoint="health_ready")
