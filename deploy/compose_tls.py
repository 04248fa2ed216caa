"""``make tls HOST=name``: a certificate for what browsers and remote workers reach, signed by an authority of our own.

Everything lands in ``deploy/secrets/``; remote hosts get ``tls_ca``, which is no secret, and never ``tls_ca_key``.
Made with the ``openssl`` program.
"""

import argparse
import ipaddress
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.compose_secrets import FOLDER

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
AUTHORITY_DAYS, CERTIFICATE_DAYS = "3650", "825"


def _openssl(*words: str) -> None:
    done = subprocess.run(["openssl", *words], cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"openssl {words[0]} failed: {done.stderr.strip().splitlines()[-1]}")


def _alternative_name(host: str) -> str:
    try:
        return f"IP:{ipaddress.ip_address(host)}"
    except ValueError:
        return f"DNS:{host}"


def make_authority() -> None:
    """Once; a later certificate is signed by the same one, so that workers need no new file."""
    if not (FOLDER / "tls_ca").exists():
        subject = ["-subj", "/CN=Stackroom", "-days", AUTHORITY_DAYS]
        _openssl("req", "-x509", *NEW_KEY, *subject, "-keyout", "tls_ca_key", "-out", "tls_ca")


def make_certificate(hosts: list[str]) -> None:
    """For these host names or addresses; replaces an earlier one."""
    names = ",".join(map(_alternative_name, hosts))
    with tempfile.TemporaryDirectory() as folder:
        request = str(Path(folder) / "request")
        subject = ["-subj", f"/CN={hosts[0]}", "-addext", f"subjectAltName={names}"]
        _openssl("req", *NEW_KEY, *subject, "-keyout", "tls_key", "-out", request)
        signer = ["-CA", "tls_ca", "-CAkey", "tls_ca_key", "-copy_extensions", "copy", "-days", CERTIFICATE_DAYS]
        _openssl("x509", "-req", "-in", request, *signer, "-out", "tls_cert")
    for name in ("tls_ca", "tls_cert", "tls_key"):
        (FOLDER / name).chmod(0o444)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.compose_tls")
    parser.add_argument("host", nargs="+", help="names and addresses by which they reach this machine")
    hosts = parser.parse_args().host
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    make_authority()
    make_certificate(hosts)
    sys.stdout.write(f"made a certificate for {', '.join(hosts)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
