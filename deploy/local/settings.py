"""What a person may set for `make up` alone; every other setting belongs to a part."""

import dataclasses

from stackroom_kit.settings import boolean, integer, setting, text


@dataclasses.dataclass(frozen=True)
class LocalSettings:
    port_base: int = setting(
        "PORT_BASE",
        5000,
        integer(1024, 65_000),
        "Port of the gateway, for `make up`, for compose and for the client; the services of `make up` have the ports "
        "after it. UI_PORT and the address of a single service go before it.",
    )
    reload: bool = setting("RELOAD", False, boolean, "`make up` starts again whatever part has changed files.")
    workers: str = setting(
        "WORKERS",
        "",
        text,
        "Folders of the workers that `make up` starts, with spaces between them; all worker-* here if empty. One that "
        "has a `.venv` runs in it.",
    )
