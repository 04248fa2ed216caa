"""Why a worker does no work, in the page's language: the importer keeps the English sentence alone, with its values."""

from flask_babel import gettext as _

from ui.pages.detail_texts import DetailText, sentence


def worker_reason(state: str, reason: str | None) -> str:
    """Nothing of a worker that is well."""
    return sentence(_reason_texts(), state, reason or "")


def _reason_texts() -> list[DetailText]:
    """By the state of the worker. What a driver says stays as it is, and so does what an operation says of its device.

    The last one of each state is for what nobody here has words for.
    """
    return [
        *_refused_texts(),
        *(DetailText("unhealthy", pattern, text) for pattern, text in _device_texts().items()),
    ]


def _refused_texts() -> list[DetailText]:
    contract = _("The worker speaks contract {its}, this importer {own}: update the older one.")
    return [
        DetailText("refused", "token was taken back", _("Its token was taken back.")),
        DetailText("refused", r"speaks contract (?P<its>\S+), this importer (?P<own>\d+)", contract),
        DetailText("refused", r"(?P<said>.+)", _("The server said: {said}")),
    ]


def _device_texts() -> dict[str, str]:
    lost = _("{setting}: this GPU is lost: reset it or restart the host.")
    no_driver = _("{setting}: the driver does not answer ({said}); DEVICE=cpu needs none.")
    no_answer = _("{gpu}: the driver does not answer any more: {said}")
    no_cuda = _("{setting}: this torch was built without CUDA; install the CUDA variant, or DEVICE=cpu.")
    no_torch = _("{setting}: torch is not installed; install the CUDA variant, or DEVICE=cpu.")
    return {
        r"GPU did not answer within (?P<seconds>\d+) s": _("The GPU did not answer within {seconds} s."),
        r"GPU does not compute: (?P<said>.*)": _("The GPU does not compute: {said}"),
        r"(?P<setting>DEVICE=.+): the driver does not answer \((?P<said>.*)\); ": no_driver,
        r"(?P<setting>DEVICE=.+) is not here; found: no GPU": _("{setting} is not here, nor is any other GPU."),
        r"(?P<setting>DEVICE=.+) is not here; found: (?P<found>.*)": _("{setting} is not here; there are: {found}."),
        r"(?P<setting>DEVICE=.+): this GPU is lost": lost,
        r"(?P<setting>DEVICE=.+): this torch was built without CUDA": no_cuda,
        r"(?P<setting>DEVICE=.+): torch is not installed": no_torch,
        r"(?P<gpu>\S+) is gone: (?P<said>.*)": _("{gpu} is gone: {said}"),
        r"(?P<gpu>\S+): the driver does not answer any more: (?P<said>.*)": no_answer,
        r"^the device is lost$": _("The device is lost."),
        r"(?P<said>.+)": _("The device failed: {said}"),
    }
