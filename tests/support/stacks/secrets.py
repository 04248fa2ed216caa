"""Where no secret may stand: what there are, and whether an image holds one."""

import subprocess
from collections.abc import Iterable

from deploy.compose_secrets import FOLDER

# What anybody may know: certificates, and rules whose passwords stand in files of their own.
PUBLIC = {"redis_users.acl", "tls_ca", "tls_cert"}


def secret_values() -> list[str]:
    """Lines of the files of secrets; those around a key in PEM stand in every package that knows the form."""
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    lines = [line for path in files if path.name not in PUBLIC for line in path.read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("-----")]


def stands_in_image(image: str, secrets: Iterable[str]) -> bool:
    """In a layer or in how it was made. Layers are uncompressed in what ``docker save`` writes."""
    with subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE) as saved:
        patterns = "\n".join(secrets)
        found = subprocess.run(["grep", "-aqF", "-e", patterns], stdin=saved.stdout, check=False, timeout=120)
        assert saved.stdout is not None
        saved.stdout.close()
    assert found.returncode in {0, 1}
    return found.returncode == 0
