"""Forms with a file, written byte by byte, so that they may be as wrong as a test wants them."""

MIB = 1024 * 1024
FORM = "multipart/form-data; boundary=b"
END = b"--b--\r\n"
GOOD = b"id,payload\n1,a\n"


def part(name: str = "file", file_name: str | None = "a.csv", data: bytes = GOOD, head: str = "") -> bytes:
    named = f'; filename="{file_name}"' if file_name is not None else ""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{named}\r\n{head}\r\n'.encode() + data + b"\r\n"
