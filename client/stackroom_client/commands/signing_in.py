"""``login``, ``logout`` and ``whoami``: a person in a browser lets this command in (RFC 8628); no token is copied."""

import argparse
import contextlib
import getpass
import json
import platform
import time
from typing import Any, NoReturn
from urllib.parse import urljoin

from stackroom_client.context import Context
from stackroom_client.credentials import Credential
from stackroom_client.errors import ExitCode, Refused, TransientError, Unreachable, UsageError
from stackroom_client.server import Call
from stackroom_client.texts import duration, one_line
from stackroom_client.token_store import VARIABLE

DEVICE = "/api/identity/device"
TOKENS = "/api/identity/tokens"
ME = "/api/identity/me"
PENDING, SLOW_DOWN = "authorization_pending", "slow_down"
SLOWER = 5.0  # seconds more between two questions, as RFC 8628 wants it
LONGEST_NAME = 100  # characters
NO_SIGN_IN = "asks nobody who he is (AUTH=off): there is nothing to sign in to"


def login(context: Context, arguments: argparse.Namespace) -> ExitCode:
    if context.credential.source == VARIABLE:
        raise UsageError(f"{VARIABLE} is set and wins over what login would keep: unset it first")
    context.say_where("signing in", "to")
    began = time.monotonic()
    device = _begun(context)
    context.terminal.say(_invitation(context, device))
    if arguments.browser:
        _open_browser(_page(context, device))
    token = _awaited(context, device, began + _number(device, "expires_in"))
    context.store.keep(context.server.address.url, token)
    context.server.use(Credential(token, str(context.store.path), is_of_login=True))
    me = _who(context)
    context.terminal.say(f"signed in as {_name(me)}; the token is in {context.store.path}")
    return ExitCode.DONE


def _begun(context: Context) -> dict[str, Any]:
    body = json.dumps({"client": f"stackroom: {_user()}@{platform.node()}"[:LONGEST_NAME]}).encode()
    context.server.use(Credential())  # one that is over must not stand in the way of a new one
    try:
        return _object(context, _posted(context, DEVICE, body))
    except Refused as refused:
        if refused.status == 404:
            raise UsageError(f"{context.server.address.shown} {NO_SIGN_IN}") from None
        raise


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return "somebody"


def _posted(context: Context, path: str, body: bytes) -> Any:
    return context.server.json(Call("POST", path, headers={"Content-Type": "application/json"}, body=lambda: body))


def _object(context: Context, answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise UsageError(f"the answer of {context.server.address.shown} cannot be read: is that a Stackroom server?")
    return answer


def _number(device: dict[str, Any], name: str) -> float:
    value = device.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value <= 86_400:
        raise UsageError(f"the server named no {name} that can be used")
    return float(value)


def _page(context: Context, device: dict[str, Any]) -> str:
    """On this server alone, wherever the answer points to."""
    path = str(device.get("verification_uri_complete", ""))
    if not path.startswith("/") or path.startswith("//"):
        raise UsageError("the server named a page elsewhere; nobody should type a code there")
    return urljoin(context.server.address.shown, one_line(path))


def _invitation(context: Context, device: dict[str, Any]) -> str:
    return (
        f"open {_page(context, device)}\n  and check that it shows the code {one_line(device.get('user_code', ''))}"
        f"; this waits for {duration(_number(device, 'expires_in'))}"
    )


def _open_browser(page: str) -> None:
    """Where there is one; the address stands in the terminal in any case."""
    import webbrowser

    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(page)


def _awaited(context: Context, device: dict[str, Any], until: float) -> str:
    """The token. UsageError where the person says no, or nothing in time."""
    body = json.dumps({"device_code": device.get("device_code")}).encode()
    pause = _number(device, "interval")
    while time.monotonic() < until:
        time.sleep(pause)
        try:
            return str(_object(context, _posted(context, f"{DEVICE}/token", body))["access_token"])
        except Refused as refused:
            pause += SLOWER if refused.code == SLOW_DOWN else 0
            if refused.code not in {PENDING, SLOW_DOWN}:
                _give_up(refused)
        except KeyError:
            raise UsageError("the server let this command in, and gave no token") from None
    raise UsageError("nobody let this command in in time; run it again")


def _give_up(refused: Refused) -> NoReturn:
    said = {
        "access_denied": "the person in the browser said no; nothing was kept",
        "expired_token": "the time of the code is over; run the command again",
    }
    if refused.code in said:
        raise UsageError(said[refused.code]) from None
    raise refused


def logout(context: Context, _arguments: argparse.Namespace) -> ExitCode:
    """The token is taken back on the server, and forgotten here in any case."""
    server = context.server.address
    if context.credential.token and not context.credential.is_of_login:
        raise UsageError(f"the token is from {context.credential.source}: login did not keep it, and logout leaves it")
    if not context.credential.token:
        context.terminal.say(f"nobody was signed in to {server.shown}")
        return ExitCode.DONE
    context.store.forget(server.url)
    try:
        context.server.json(Call("DELETE", f"{TOKENS}/this"))
    except (Refused, TransientError, Unreachable) as trouble:
        if not isinstance(trouble, Refused) or trouble.status != 401:  # which is over already
            context.terminal.say("forgotten here, but not taken back: do that on the page of your account")
            raise
    context.terminal.say(f"signed out of {server.shown}; the token does not work any more")
    return ExitCode.DONE


def whoami(context: Context, _arguments: argparse.Namespace) -> ExitCode:
    me = _who(context)
    if context.as_json:
        context.terminal.out_json(me)
    else:
        context.terminal.out(f"{_name(me)}: {', '.join(map(one_line, me.get('rights') or ())) or 'no rights'}")
    return ExitCode.DONE


def _who(context: Context) -> dict[str, Any]:
    try:
        return _object(context, context.server.get(ME))
    except Refused as refused:
        if refused.status == 404:
            raise UsageError(f"{context.server.address.shown} {NO_SIGN_IN}") from None
        raise


def _name(me: dict[str, Any]) -> str:
    return f"{one_line(me.get('name', '?'))} ({one_line(me.get('role', ''))})"
