"""``demo``: real data through the gateway of a running stack, and back."""

from collections.abc import Mapping

from deploy.local.demo_batch import send_batch
from deploy.local.demo_client import DemoClient, DemoFailed
from deploy.local.demo_register import fill_register
from deploy.local.environment import with_addresses
from deploy.local.home import Home
from deploy.local.media_types import read_media_types
from deploy.local.parts import gateway_url

__all__ = ["DemoFailed", "demo"]

RECORDS = 100_000


def demo(_home: Home, given: Mapping[str, str]) -> int:
    """Fill the register with media types, then send a batch; gives the exit status."""
    with DemoClient(gateway_url(with_addresses(given))) as client:
        client.require_ready()
        media_types = read_media_types()
        print(fill_register(client, media_types))
        print(send_batch(client, media_types, RECORDS))
    return 0
