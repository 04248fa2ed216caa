"""The functions of this worker, by the name of their operation: one file each."""

from collections.abc import Mapping

from stackroom_jobs.worker.context import Function
from worker_cpu.tasks.load_groups import load_groups
from worker_cpu.tasks.load_types import load_types
from worker_cpu.tasks.normalize_record import normalize_record
from worker_cpu.tasks.process_batch_with_progress import process_batch_with_progress

FUNCTIONS: Mapping[str, Function] = {
    "normalize_record": normalize_record,
    "process_batch_with_progress": process_batch_with_progress,
    "load_groups": load_groups,
    "load_types": load_types,
}
