"""Texts of who is there and what he may do: roles, accounts, users, and programs that want to be let in."""

from flask_babel import gettext as _


def role_texts() -> dict[str, str]:
    return {
        "reader": _("Reader"),
        "operator": _("Operator"),
        "editor": _("Editor"),
        "admin": _("Administrator"),
    }


def right_texts() -> dict[str, str]:
    """What each role may do more than those before it."""
    return {
        "reader": _("look at the register, batches and workers; download results"),
        "operator": _("check and send files, cancel, retry and delete batches"),
        "editor": _("change the register, import into it, undo an import"),
        "admin": _("make users, change their roles, end their sessions; give tokens to hosts with workers"),
    }


def needed_texts() -> dict[str, str]:
    """Why something is not offered, by the right that is missing."""
    return {
        "operator": _("You may look here, but not send or change anything."),
        "editor": _("You may look here, but not change the register."),
        "admin": _("Only an administrator may do this."),
    }


def account_texts() -> dict[str, str]:
    """What scripts of these pages say."""
    return {
        "revoke": _("Revoke"),
        "end_session": _("Sign out"),
        "sessions_ended": _("Other sessions ended: {count}."),
        "session_ended": _("The session is over."),
        "token_revoked_now": _("The token {name} does not work any more."),
        "token_live": _("valid"),
        "token_over": _("expired"),
        "token_taken_back": _("revoked"),
        "token_never_used": _("never used"),
        "password_changed": _("The password is changed; all other sessions are over."),
        "passwords_differ": _("These are two different passwords."),
        "this_session": _("this one"),
        "copied": _("Copied."),
        "needed": _("Fill in this field."),
        "user_changed": _("Saved: {name}."),
        "user_disable": _("Disable"),
        "user_enable": _("Enable"),
        "user_link": _("New password link"),
        "user_end_sessions": _("End sessions"),
        "user_role_of": _("Role of {name}"),
        "user_active": _("active"),
        "user_disabled": _("disabled"),
        "user_no_password": _("no password yet"),
        "user_from_provider": _("signs in by the provider"),
        "user_you": _("you"),
        "link_for": _("Link for {name}, valid for {hours} h. It is shown only now; pass it on in private."),
        "disable_title": _("Disable {name}?"),
        "disable_text": _("All sessions end, tokens stop working. The user can be enabled again."),
        "disable_yes": _("Disable"),
        "link_title": _("New password link for {name}?"),
        "link_text": _("A link made before stops working. The old password works until a new one is chosen."),
        "link_yes": _("Make link"),
        "revoke_title": _("Revoke the token {name}?"),
        "revoke_text": _("Whatever uses it is refused from now on. This cannot be undone."),
        "revoke_yes": _("Revoke"),
        "revoke_worker_title": _("Revoke the token of {name}?"),
        "revoke_worker_text": _("The workers of this host stop; others do what they had. This cannot be undone."),
        "revoke_worker_yes": _("Revoke"),
        "worker_token_made": _("The token of {name}. It is shown only now: it belongs into the host's WORKER_TOKEN."),
        "made_by": _("made by {name}"),
        "seen_with": _("{worker}, contract {contract}"),
        "all_queues": _("all"),
        "no_end": _("no end"),
        "device_unknown": _("No program waits with this code. It may be over; start again in the terminal."),
        "device_allowed": _("Done: the program is signed in. Go back to the terminal; this page may be closed."),
        "device_refused": _("Refused: the program gets nothing."),
    }
