"""Many rows in one call: an outcome for each, and a ledger of what was applied under which key."""
