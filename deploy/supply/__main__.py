"""``python -m deploy.supply sbom|audit|digests``."""

import argparse
import sys

from deploy.supply import audit, digests, sbom

COMMANDS = {"sbom": sbom.main, "audit": audit.main, "digests": digests.main}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.supply")
    parser.add_argument("command", choices=COMMANDS)
    return COMMANDS[parser.parse_args().command]()


if __name__ == "__main__":
    sys.exit(main())
