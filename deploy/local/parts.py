"""The parts of the stack, with the same command lines as in the images."""

import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.addresses import listening, with_addresses
from deploy.local.environment import Stack
from deploy.local.home import ROOT, Home
from deploy.local.part import WORKERS, Listening, Part, Stage, answers_ok, has_reported, touched
from deploy.local.pid_files import port_of
from deploy.local.ports import LOOPBACK
from deploy.local.postgres_server import PostgresServer
from deploy.local.redis_server import RedisServer
from deploy.local.workers import WorkerFolder, worker_folders
from deploy.locks import with_libraries
from stackroom_kit.actor import HEADER as ACTOR_HEADER
from stackroom_kit.actor import Actor, SignedRequest, signer_of
from stackroom_kit.common_settings import AuthSettings
from stackroom_kit.request_id import HEADER as REQUEST_ID
from stackroom_kit.settings import read_settings

GUNICORN = (sys.executable, "-m", "gunicorn")
SERVICE_CONFIGURATION = ("-c", "python:stackroom_kit.gunicorn_conf")
# A thread for each connection that two processes of the gateway may hold.
MEDIA_THREADS = {"WEB_PROCESSES": "1", "WEB_THREADS": "128"}
RELEASE_SECONDS = 5.0  # for a worker to give back what it computes; services lose nothing when they are killed
SUPERVISOR = Actor("supervisor", "supervisor", "service", rights=("reader",))


def server_parts(stack: Stack) -> list[Part]:
    """The embedded servers that this run needs."""
    parts = []
    if stack.postgres:
        where = Listening(LOOPBACK, stack.postgres.port, "POSTGRES_PORT")
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for its clients.
        parts.append(_server("postgres", stack.postgres, where, stack.environ, signal.SIGINT))
    if stack.redis:
        where = Listening(LOOPBACK, stack.redis.port, "CELERY_BROKER_URL")
        parts.append(_server("redis", stack.redis, where, stack.environ))
    return parts


def _server(
    name: str, server: PostgresServer | RedisServer, where: Listening, environ: Mapping[str, str],
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Part:  # fmt: skip
    command = server.command()
    return Part(name, Stage.SERVER, command, environ, lambda _: server.is_ready(), where, stop_signal=stop_signal)


def service_parts(home: Home, stack: Stack) -> list[Part]:
    """Each connects to PostgreSQL as the role of its service."""
    catalog = {**stack.environ, **stack.of_database("catalog")}
    importer = {**stack.environ, **stack.of_database("importer")}
    identity = {**stack.environ, **stack.of_database("identity")}
    return [
        *([_service("identity", "identity.wsgi:app", identity)] if stack.asks_who_calls else ()),
        _service("catalog", "catalog.wsgi:app", catalog),
        _service("importer", "importer.wsgi:app", importer),
        _service("importer-worker-api", "importer.worker_api.wsgi:app", importer),
        _service("importer-media", "importer.wsgi:app", {**importer, **MEDIA_THREADS}),
        _dispatcher(home, importer),
    ]


def worker_parts(environ: Mapping[str, str]) -> list[Part]:
    """The workers and the gateway, which come last and go first. LocalError."""
    return [*(_worker(folder, environ) for folder in worker_folders(environ)), _gateway(environ)]


def gateway_url(environ: Mapping[str, str]) -> str:
    """Where a person on this machine reaches the gateway."""
    host = environ["UI_HOST"]
    reachable = LOOPBACK if host in {"0.0.0.0", "::", "localhost"} else host
    return f"http://{reachable}:{environ['UI_PORT']}"


def running_gateway(home: Home, given: Mapping[str, str]) -> str:
    """Of the stack that runs in this folder, also where its own command moved it; else where one would be."""
    port = port_of(home.path / "run", "ui")
    return gateway_url(with_addresses({**given, **({"UI_PORT": str(port)} if port else {})}))


def _service(name: str, app: str, environ: Mapping[str, str]) -> Part:
    where = listening(name, environ)
    own = {**_trusting(where.host, environ), "BIND": f"{where.host}:{where.port}", "SERVICE_NAME": name}
    command = (*GUNICORN, *SERVICE_CONFIGURATION, app)
    url = f"http://{where.host}:{where.port}/health/ready"
    sources = sources_of(f"services/{app.partition('.')[0]}")
    return Part(name, Stage.SERVICE, command, own, lambda _: answers_ok(url), where, sources)


def _trusting(host: str, environ: Mapping[str, str]) -> dict[str, str]:
    """A guard has to know the name by which other parts call its service. A file of names is the person's alone."""
    if environ.get("TRUSTED_HOSTS_FILE"):
        return dict(environ)
    return {**environ, "TRUSTED_HOSTS": ",".join(filter(None, (environ.get("TRUSTED_HOSTS"), host)))}


def _dispatcher(home: Home, environ: Mapping[str, str]) -> Part:
    heartbeat = home.folder("run") / "dispatcher.heartbeat"
    own = {**environ, "DISPATCHER_HEARTBEAT_FILE": str(heartbeat)}
    command = (sys.executable, "-m", "importer.dispatcher")
    sources = sources_of("services/importer")
    return Part(
        "importer-dispatcher", Stage.SERVICE, command, own, lambda since: touched(heartbeat, since), sources=sources
    )


def _worker(folder: WorkerFolder, environ: Mapping[str, str]) -> Part:
    own = {**environ, "WORKER_NAME": f"{folder.name}@{socket.gethostname()}"}
    importer = environ["IMPORTER_URL"].replace("//localhost", f"//{LOOPBACK}")
    headers = _as_supervisor(environ)
    return Part(
        folder.name, Stage.WORKER, folder.command(), own,
        lambda since: has_reported(importer, own["WORKER_NAME"], since, headers),
        sources=folder.sources, restart_seconds=RELEASE_SECONDS,
    )  # fmt: skip


def _as_supervisor(environ: Mapping[str, str]) -> dict[str, str]:
    """In whose name the importer is asked for its workers; nothing where nobody has to be somebody."""
    signer = signer_of(read_settings(AuthSettings, environ))
    if signer is None:
        return {}
    header = signer.signed(SUPERVISOR, SignedRequest("GET", WORKERS, SUPERVISOR.id))
    return {ACTOR_HEADER: header, REQUEST_ID: SUPERVISOR.id}


def _gateway(environ: Mapping[str, str]) -> Part:
    command = (*GUNICORN, "-c", "python:ui.server.gunicorn_conf", "ui.wsgi:app")
    url = f"{gateway_url(environ)}/api/health"
    where, sources = listening("ui", environ), sources_of("services/ui")
    return Part("ui", Stage.WORKER, command, environ, lambda _: answers_ok(url), where, sources)


def sources_of(member: str) -> list[Path]:
    """The folders whose code it runs: its own, and those of the libraries that it needs."""
    return [ROOT / one for one in with_libraries(member)]
