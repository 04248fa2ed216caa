"""What a worker's parent process asks of the device that its child computes on; ``NoDevice`` where there is none."""

from collections.abc import Mapping
from typing import Protocol

from stackroom_jobs.protocol import Device


class DeviceWatch(Protocol):
    """Lives in the parent, and never touches the device in a way that would keep it busy or break a child's use."""

    def prepare(self) -> None:
        """Before anything is consumed: pin the children to the device. DeviceLost where it cannot be used."""

    def look(self) -> Device | None:
        """What the device says of itself now. DeviceLost where it is gone."""

    def versions(self) -> Mapping[str, str]:
        """Of the packages that compute, by name; only those that are installed."""


class NoDevice:
    """The processor, which needs no watching."""

    def prepare(self) -> None:
        return

    def look(self) -> None:
        return

    def versions(self) -> Mapping[str, str]:
        return {}
