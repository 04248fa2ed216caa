"""The problems that calls of identity may answer: raised by these names, and listed by the calls."""

from stackroom_kit.problems import ProblemKind

BAD_USER_NAME = ProblemKind(400, "bad_user_name")
PASSWORD_TOO_SHORT = ProblemKind(400, "password_too_short")
PASSWORD_TOO_LONG = ProblemKind(400, "password_too_long")
PASSWORD_COMMON = ProblemKind(400, "password_common")
PASSWORD_PROBLEMS = (PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_COMMON)
BAD_EXPIRY = ProblemKind(400, "bad_expiry")
BAD_NETWORK = ProblemKind(400, "bad_network")
# Signing in. One answer for an unknown name, a wrong password and a user who is disabled.
WRONG_CREDENTIALS = ProblemKind(401, "wrong_credentials")
TOO_MANY_TRIES = ProblemKind(429, "too_many_tries")
SIGN_IN_BUSY = ProblemKind(503, "sign_in_busy", retry_after=2)
LINK_GONE = ProblemKind(410, "link_gone")
# Signing on by a provider. A person is led to the sign-in page with the code; only the provider sees the status.
OIDC_FAILED = ProblemKind(400, "oidc_failed")
OIDC_STARTED_ELSEWHERE = ProblemKind(400, "oidc_started_elsewhere")
OIDC_DENIED = ProblemKind(403, "oidc_denied")
OIDC_NO_ROLE = ProblemKind(403, "oidc_no_role")
OIDC_NAME_TAKEN = ProblemKind(409, "oidc_name_taken")
OIDC_AWAY = ProblemKind(503, "oidc_away", retry_after=5)
OIDC_PROBLEMS = (OIDC_FAILED, OIDC_STARTED_ELSEWHERE, OIDC_DENIED, OIDC_NO_ROLE, OIDC_NAME_TAKEN, OIDC_AWAY)
PASSWORD_LOGIN_OFF = ProblemKind(403, "password_login_off")
FROM_PROVIDER = ProblemKind(409, "from_provider")
# Of a program that waits to be let in, by the words of RFC 8628.
AUTHORIZATION_PENDING = ProblemKind(400, "authorization_pending")
SLOW_DOWN = ProblemKind(400, "slow_down")
ACCESS_DENIED = ProblemKind(400, "access_denied")
EXPIRED_TOKEN = ProblemKind(400, "expired_token")
# Of what somebody wants to change.
SCOPES_TOO_WIDE = ProblemKind(403, "scopes_too_wide")
NAME_TAKEN = ProblemKind(409, "name_taken")
OWN_ACCOUNT = ProblemKind(409, "own_account")
LAST_ADMIN = ProblemKind(409, "last_admin")
TOO_MANY_TOKENS = ProblemKind(409, "too_many_tokens")
