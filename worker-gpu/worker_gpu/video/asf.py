"""ASF and WMV: whether a file ends too early, and how long its packets are."""

from typing import BinaryIO

from worker_gpu.video.file_bytes import SLACK, FileBytes

ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
ASF_BROADCAST = 1  # a flag: sizes in the header mean nothing


def is_asf_cut_off(data: FileBytes) -> bool:
    place = _asf_properties(data)
    if place is None or data.number(place + 88, 4, "little") & ASF_BROADCAST:
        return False
    return data.number(place + 40, 8, "little") > data.size + SLACK


def asf_packet_bytes(file: BinaryIO) -> int:
    """How long each packet of an ASF or WMV file is; 0 where it does not say."""
    now = file.tell()
    try:
        data = FileBytes(file)
        place = _asf_properties(data)
        return 0 if place is None else data.number(place + 92, 4, "little")
    finally:
        file.seek(now)


def _asf_properties(data: FileBytes) -> int | None:
    """Where this part of the header begins."""
    place, end = 30, data.number(16, 8, "little")
    while place < min(end, data.size):
        if data.at(place, 16) == ASF_FILE_PROPERTIES:
            return place
        place += max(data.number(place + 16, 8, "little"), 24)
    return None
