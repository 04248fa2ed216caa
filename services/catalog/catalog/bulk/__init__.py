"""Many rows in one call: an outcome for each, and the keys under which something was applied."""
