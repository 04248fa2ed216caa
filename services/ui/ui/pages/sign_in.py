"""The sign-in page: a form for a name and a password, a way to the provider of sign-on, or both, as identity says."""

from urllib.parse import quote

import msgspec
from flask import Response, redirect, render_template, request

from stackroom_kit.public_path import own_path
from ui.pages.preferences import back_here
from ui.pages.problem_texts import problem_texts
from ui.pages.reading import read_as
from ui.proxy.upstream import Upstream

OPTIONS = "/api/identity/sign-in-options"
# With what a sign-on at the provider may end: codes that begin so, and this one.
OF_SIGN_ON, TOO_MANY_TRIES = "oidc_", "too_many_tries"


class Provider(msgspec.Struct, frozen=True):
    """``button`` is its name, as people know it."""

    button: str


class SignInOptions(msgspec.Struct, frozen=True):
    password: bool
    oidc: Provider | None


def to_sign_in() -> Response:
    """From the page that is asked for, and back to it."""
    return redirect(f"{request.script_root}/sign-in?back={quote(back_here(), safe='/')}", 303)  # type: ignore[return-value]


class SignInPage:
    """With no way round it: who has signed out (``is_out``) is not led back in."""

    def __init__(self, identity: Upstream, is_out: bool = False) -> None:
        self._identity, self._is_out = identity, is_out

    def __call__(self) -> tuple[str, int]:
        """Problem 503 where identity does not say how people sign in."""
        options = read_as(SignInOptions, self._identity, OPTIONS)
        return render_template(
            "sign_in.html",
            options=options,
            back_to=own_path(request.args.get("back", "")),
            is_out=self._is_out,
            is_out_here_alone=request.args.get("only") == "here",
            problem=_problem(request.args.get("problem", "")),
        ), 200


def _problem(code: str) -> str:
    """The sentence of a code with which a sign-on ends; nothing for other words, as anybody may write the address."""
    is_of_sign_on = code.startswith(OF_SIGN_ON) or code == TOO_MANY_TRIES
    return problem_texts().get(code, "") if is_of_sign_on else ""
