"""How every command about one batch ends: the batch is followed, and what became of it printed."""

from stackroom_client.batch import Batch
from stackroom_client.context import Context
from stackroom_client.errors import ExitCode, TransientError, Unreachable
from stackroom_client.follow import follow
from stackroom_client.report import report
from stackroom_client.texts import one_line, rows

MOST_AHEAD = 100  # more batches are not counted


def watch(context: Context, batch_id: str) -> Batch:
    """The finished batch. KeyboardInterrupt is passed on, with advice how to go on."""
    updates = follow(context.server, batch_id)
    batch, said = next(updates), ""
    with context.terminal.batch_bar() as bar:
        try:
            while not batch.is_final:
                bar.show(batch)
                said = _say_state(context, batch, said)
                batch = next(updates)
        except (KeyboardInterrupt, TransientError, Unreachable):
            context.terminal.say(
                f"the batch {batch.id} goes on without this command; watch it again: "
                f"{context.command('watch', batch.id)}; stop it: {context.command('cancel', batch.id)}"
            )
            raise
        bar.show(batch)
    return batch


def _say_state(context: Context, batch: Batch, said: str) -> str:
    """Each state once; gives what was said last."""
    if batch.state != said:
        context.terminal.say(state_sentence(batch))
    return batch.state


def state_sentence(batch: Batch) -> str:
    ahead = batch.raw.get("queue_position")
    queue = one_line(batch.raw["queue"])
    if batch.state == "waiting_for_worker":
        operation = one_line(batch.raw["operation"])
        return f"the batch waits: no worker serves {operation} on the queue {queue}; it starts when one comes"
    if batch.state == "queued":
        return f"queued on {queue}" + (f", batches before it: {ahead}{'+' * (ahead >= MOST_AHEAD)}" if ahead else "")
    return f"{batch.state.replace('_', ' ')}: {rows(batch.pending)} to go"


def tell(context: Context, batch: Batch) -> ExitCode:
    """Print the batch as it is now; the exit code says how it ended."""
    if context.as_json:
        context.terminal.out_json(batch.raw)
    else:
        context.terminal.out(report(context, batch))
    return batch.exit_code


def new_batch(context: Context, batch: Batch, is_watched: bool) -> ExitCode:
    """Watched to its end, or named on standard output so that a script can go on with it."""
    if is_watched:
        return tell(context, watch(context, batch.id))
    if not batch.is_final:
        context.terminal.say(f"{state_sentence(batch)}; watch it: {context.command('watch', batch.id)}")
    if context.as_json:
        context.terminal.out_json(batch.raw)
    else:
        context.terminal.out(batch.id)
    return batch.exit_code
