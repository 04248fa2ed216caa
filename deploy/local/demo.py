"""``demo``: real data through the gateway of a running stack, and back."""

from deploy.local.demo_batch import send_batch
from deploy.local.demo_client import DemoClient, DemoFailed
from deploy.local.demo_register import fill_register
from deploy.local.environment import ADDRESSES, settings_of_person
from deploy.local.home import Home
from deploy.local.media_types import read_media_types
from deploy.local.parts import gateway_url

__all__ = ["DemoFailed", "demo"]

RECORDS = 100_000


def demo(_home: Home) -> int:
    """Fill the register with media types, then send a batch; gives the exit status."""
    given = {name: value for name, value in settings_of_person().items() if value}
    with DemoClient(gateway_url({**ADDRESSES, **given})) as client:
        client.require_ready()
        media_types = read_media_types()
        print(fill_register(client, media_types))
        print(send_batch(client, media_types, RECORDS))
    return 0
