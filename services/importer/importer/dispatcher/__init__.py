"""The dispatcher: the only process that rings. Any number of copies may run at once."""
