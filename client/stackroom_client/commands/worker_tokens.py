"""``worker-tokens make`` and ``revoke``: each host with workers has a token of its own."""

import argparse
import json
from typing import Any

from stackroom_client.context import Context
from stackroom_client.errors import ExitCode, UsageError
from stackroom_client.server import Call

TOKENS = "/api/importer/worker-tokens"


def make_worker_token(context: Context, arguments: argparse.Namespace) -> ExitCode:
    """The token alone on standard output, so that it can go into a file; the server never shows it again."""
    wanted: dict[str, Any] = {"name": arguments.name, "queues": arguments.queue or []}
    if arguments.days is not None:
        wanted["days"] = arguments.days
    context.say_where(f"making the token of {arguments.name}")
    body = json.dumps(wanted).encode()
    call = Call("POST", TOKENS, headers={"Content-Type": "application/json"}, body=lambda: body)
    made = context.server.json(call)
    if not isinstance(made, dict) or not isinstance(made.get("secret"), str):
        raise UsageError("the answer has no token: is that a Stackroom server?")
    if context.as_json:
        context.terminal.out_json(made)
    else:
        context.terminal.out(made["secret"])
    return ExitCode.DONE


def revoke_worker_token(context: Context, arguments: argparse.Namespace) -> ExitCode:
    """By the name of its host, which has one at a time."""
    answer = context.server.get(TOKENS)
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise UsageError("the answer is no list of worker tokens: is that a Stackroom server?")
    found = [one for one in items if one.get("name") == arguments.name and not one.get("revoked_at")]
    if not found:
        raise UsageError(f"{arguments.name} has no token that could be taken back")
    context.say_where(f"taking back the token of {arguments.name}")
    done = context.server.json(Call("DELETE", f"{TOKENS}/{found[0]['id']}"))
    if context.as_json:
        context.terminal.out_json(done)
    else:
        context.terminal.say(f"the token of {arguments.name} does not work any more; others do what its workers had")
    return ExitCode.DONE
