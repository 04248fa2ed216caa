"""What a page of another site makes a browser send, for every port of the stack."""

HOSTILE_HOSTS = [
    ("evil.example", 421),
    ("evil.example:5001", 421),
    ("localhost.evil.example", 421),
    ("127.0.0.1.evil.example", 421),
    ("", 400),
    ("localhost, evil.example", 400),
    ("evil@localhost", 400),
]
HOSTILE_SITES: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},  # another port of this machine
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:3000"},
]
