"""``gpu-host up|status|down``."""

import argparse
import sys

from gpu_host import HostError
from gpu_host.commands import down, status, up
from gpu_host.files import HostFiles


def main() -> int:
    parser = argparse.ArgumentParser(prog="gpu-host", description="One pinned GPU worker per GPU of this host.")
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("up", help="start a worker per GPU; again after cards have changed")
    starting.add_argument("--cpu", action="store_true", help="one worker on the CPU instead")
    starting.add_argument("--without-tls", action="store_true", help="accept addresses that are not encrypted")
    commands.add_parser("status", help="each worker and its GPU")
    commands.add_parser("down", help="end them; what they hold goes back")
    chosen = parser.parse_args()
    try:
        if chosen.command == "up":
            return up(HostFiles(), chosen.cpu, not chosen.without_tls)
        return status(HostFiles()) if chosen.command == "status" else down(HostFiles())
    except HostError as error:
        sys.stderr.write(f"gpu-host: {error}\n")
        return 1
    except FileNotFoundError as error:
        sys.stderr.write(f"gpu-host: {error.filename} is not installed here\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
