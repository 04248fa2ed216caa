"""The operations of this worker: one file each, found by itself."""
