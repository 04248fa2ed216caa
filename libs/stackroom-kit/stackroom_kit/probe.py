"""Health checks of containers: ``python -m stackroom_kit.probe url http://127.0.0.1:5001/health``.

Or ``file PATH`` for a heartbeat.
"""

import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

TIMEOUT = 5  # seconds for an answer
MAX_AGE = 30  # seconds since a heartbeat file was touched


def answers(url: str) -> str:
    """What is wrong, or nothing. Proxies of the environment are not asked."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=TIMEOUT):  # urllib raises for every status from 400
            return ""
    except (OSError, ValueError) as error:
        return f"{url}: {error}"


def beats(path: Path) -> str:
    """What is wrong with a heartbeat file, or nothing. One that holds text says itself what is wrong."""
    try:
        age = time.time() - path.stat().st_mtime
        trouble = path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError as error:
        return f"{path}: {error.strerror}"
    if trouble:
        return trouble
    return f"{path} was touched {age:.0f} s ago" if age > MAX_AGE else ""


def main(arguments: list[str]) -> int:
    match arguments:
        case ["url", url]:
            trouble = answers(url)
        case ["file", path]:
            trouble = beats(Path(path))
        case _:
            trouble = __doc__ or ""
    sys.stderr.write(f"{trouble}\n" if trouble else "")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
