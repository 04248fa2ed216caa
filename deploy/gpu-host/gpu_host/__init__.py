"""Starts one pinned worker per GPU of a host. Only Python's own library: such a host has no environment of ours."""
