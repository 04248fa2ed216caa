"""``POST /preferences``: language and theme, remembered in cookies; works without JavaScript."""

from flask import Flask, Response, redirect, request

from stackroom_kit.problems import BAD_REQUEST
from stackroom_kit.public_path import own_path
from ui.translations import COOKIE as LANGUAGE_COOKIE
from ui.translations import LANGUAGES

THEME_COOKIE = "theme"
THEMES = ("light", "dark")
YEAR_SECONDS = 365 * 24 * 3600
CHOICES = {LANGUAGE_COOKIE: tuple(LANGUAGES), THEME_COOKIE: THEMES}


def chosen_theme() -> str | None:
    """None where the system's own choice holds."""
    theme = request.cookies.get(THEME_COOKIE)
    return theme if theme in THEMES else None


def back_here() -> str:
    """The page that is asked for: where a choice of language, or a sign-in, leads back to."""
    return own_path(request.full_path.removesuffix("?"))


def _remember() -> Response:
    back = request.form.get("back", "/")
    chosen = {name: request.form[name] for name in CHOICES if name in request.form}
    if not chosen or own_path(back) != back or any(chosen[name] not in CHOICES[name] for name in chosen):
        raise BAD_REQUEST("There is no such preference.")
    root = request.script_root
    response = redirect(root + back, 303)
    for name, value in chosen.items():
        response.set_cookie(name, value, max_age=YEAR_SECONDS, path=root or "/", samesite="Lax", httponly=True)
    return response  # type: ignore[return-value]


def install_preferences(app: Flask) -> None:
    app.add_url_rule("/preferences", "preferences", _remember, methods=["POST"])
