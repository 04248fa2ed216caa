"""The end of every command that has a batch in its hands."""

from stackroom_client.batch import Batch
from stackroom_client.context import Context
from stackroom_client.errors import ExitCode
from stackroom_client.report import report
from stackroom_client.watching import state_sentence, watch


def told(context: Context, batch: Batch) -> ExitCode:
    """The batch as it is now; the exit code says how it ended."""
    if context.as_json:
        context.terminal.out_json(batch.raw)
    else:
        context.terminal.out(report(context, batch))
    return batch.exit_code


def new_batch(context: Context, batch: Batch, is_watched: bool) -> ExitCode:
    """Watched to its end, or named on standard output so that a script can go on with it."""
    if is_watched:
        return told(context, watch(context, batch.id))
    if not batch.is_final:
        context.terminal.say(f"{state_sentence(batch)}; watch it: {context.command('watch', batch.id)}")
    if context.as_json:
        context.terminal.out_json(batch.raw)
    else:
        context.terminal.out(batch.id)
    return batch.exit_code
