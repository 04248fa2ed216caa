"""The parts of the stack, with the same command lines as in the images."""

import datetime
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.addresses import listening
from deploy.local.environment import Stack
from deploy.local.home import Home
from deploy.local.part import Listening, Part, Stage, answers_ok, has_reported
from deploy.local.ports import LOOPBACK

GUNICORN = (sys.executable, "-m", "gunicorn")
SERVICE_CONFIGURATION = ("-c", "python:stackroom_kit.gunicorn_conf")
# A thread for each connection that two processes of the gateway may hold.
MEDIA_THREADS = {"WEB_PROCESSES": "1", "WEB_THREADS": "128"}
CELERY = (sys.executable, "-m", "celery")


def server_parts(stack: Stack) -> list[Part]:
    """The embedded servers that this run needs."""
    parts = []
    if stack.postgres:
        where = Listening(LOOPBACK, stack.postgres.port, "POSTGRES_PORT")
        command, ready = stack.postgres.command(), stack.postgres.is_ready
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for its clients.
        parts.append(Part("postgres", Stage.SERVER, command, stack.environ, ready, where, signal.SIGINT))
    if stack.redis:
        where = Listening(LOOPBACK, stack.redis.port, "CELERY_BROKER_URL")
        command, ready = stack.redis.command(), stack.redis.is_ready
        parts.append(Part("redis", Stage.SERVER, command, stack.environ, ready, where))
    return parts


def service_parts(home: Home, stack: Stack, environ: Mapping[str, str]) -> list[Part]:
    """Each connects to PostgreSQL as the role of its service."""
    catalog = {**environ, **stack.of_database("catalog")}
    importer = {**environ, **stack.of_database("importer")}
    return [
        _service("catalog", "catalog.wsgi:app", catalog),
        _service("importer", "importer.wsgi:app", importer),
        _service("importer-worker-api", "importer.worker_api.wsgi:app", importer),
        _service("importer-media", "importer.wsgi:app", {**importer, **MEDIA_THREADS}),
        _dispatcher(home, importer),
    ]


def worker_parts(environ: Mapping[str, str]) -> list[Part]:
    """Both workers and the gateway, which come last and go first."""
    default_queue = environ.get("CELERY_DEFAULT_QUEUE") or "default"
    return [
        _worker("worker-cpu", "worker_cpu.app", f"cpu,{default_queue}", 2, environ),
        _worker("worker-gpu", "worker_gpu.app", "gpu", 1, environ),
        _gateway(environ),
    ]


def gateway_url(environ: Mapping[str, str]) -> str:
    """Where a person on this machine reaches the gateway."""
    host = environ["UI_HOST"]
    reachable = LOOPBACK if host in {"0.0.0.0", "::", "localhost"} else host
    return f"http://{reachable}:{environ['UI_PORT']}"


def _service(name: str, app: str, environ: Mapping[str, str]) -> Part:
    where = listening(name, environ)
    own = {**_trusting(where.host, environ), "BIND": f"{where.host}:{where.port}", "SERVICE_NAME": name}
    command = (*GUNICORN, *SERVICE_CONFIGURATION, app)
    url = f"http://{where.host}:{where.port}/health/ready"
    return Part(name, Stage.SERVICE, command, own, lambda: answers_ok(url), where)


def _trusting(host: str, environ: Mapping[str, str]) -> dict[str, str]:
    """A guard has to know the name by which other parts call its service. A file of names is the person's alone."""
    if environ.get("TRUSTED_HOSTS_FILE"):
        return dict(environ)
    return {**environ, "TRUSTED_HOSTS": ",".join(filter(None, (environ.get("TRUSTED_HOSTS"), host)))}


def _dispatcher(home: Home, environ: Mapping[str, str]) -> Part:
    heartbeat = home.folder("run") / "dispatcher.heartbeat"
    heartbeat.unlink(missing_ok=True)
    own = {**environ, "DISPATCHER_HEARTBEAT_FILE": str(heartbeat)}
    command = (sys.executable, "-m", "importer.dispatcher")
    return Part("importer-dispatcher", Stage.SERVICE, command, own, heartbeat.exists)


def _worker(name: str, app: str, queues: str, children: int, environ: Mapping[str, str]) -> Part:
    own = {**environ, "WORKER_NAME": f"{name}@{socket.gethostname()}"}
    options = (f"--queues={queues}", f"--concurrency={children}", f"--hostname={name}@%h")
    command = (*CELERY, "-A", app, "worker", *options)
    importer = environ["IMPORTER_URL"].replace("//localhost", f"//{LOOPBACK}")
    since = datetime.datetime.now(datetime.UTC)
    return Part(name, Stage.WORKER, command, own, lambda: has_reported(importer, own["WORKER_NAME"], since))


def _gateway(environ: Mapping[str, str]) -> Part:
    command = (*GUNICORN, "-c", "python:ui.server.gunicorn_conf", "ui.wsgi:app")
    url = f"{gateway_url(environ)}/api/health"
    return Part("ui", Stage.WORKER, command, environ, lambda: answers_ok(url), listening("ui", environ))


def media_folder(home: Home, environ: Mapping[str, str]) -> dict[str, str]:
    """``MEDIA_DIR`` of the person, or a folder of ours."""
    return {**environ, "MEDIA_DIR": environ.get("MEDIA_DIR") or str(Path(home.folder("media")))}
