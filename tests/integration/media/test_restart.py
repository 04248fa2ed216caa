"""A worker reads on while the worker API is killed and started again under it."""

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from deploy.local.ports import free_port
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.client import WorkerAPI
from stackroom_jobs.worker.media import BLOCK_BYTES, KEPT_BLOCKS, RemoteMedia, TaskPlace
from stackroom_kit.settings import Secret
from tests.support.servers.services import running_service

TOKEN = "token-of-this-test"


def test_read_goes_on_when_the_worker_api_is_killed_in_the_middle(
    make_migrated: Callable[[], str], make_redis: Callable[[], str], tmp_path: Path
) -> None:
    uri, port, root = make_migrated(), free_port(), tmp_path / "media"
    root.mkdir()
    content = os.urandom(3 * KEPT_BLOCKS * BLOCK_BYTES)
    (root / "film.mp4").write_bytes(content)
    env = {
        "SQLALCHEMY_DATABASE_URI": uri,
        "CELERY_BROKER_URL": make_redis(),
        "MEDIA_DIR": str(root),
        "WORKER_TOKEN": TOKEN,
    }
    app = "importer.worker_api.wsgi:app"
    digest, rest = hashlib.sha256(), threading.Event()
    with running_service(app, tmp_path, env, port=port) as (url, service):
        media = RemoteMedia(WorkerAPI(WorkerSettings(worker_api_url=url, worker_token=Secret(TOKEN))), TaskPlace("t"))
        file = media.open("film.mp4")
        digest.update(file.read(BLOCK_BYTES))
        service.kill()

    def read_on() -> None:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
        rest.set()

    reader = threading.Thread(target=read_on)
    reader.start()
    assert not rest.wait(1)
    with running_service(app, tmp_path, env, port=port):
        assert rest.wait(30)
    reader.join()
    file.close()
    assert digest.digest() == hashlib.sha256(content).digest()
