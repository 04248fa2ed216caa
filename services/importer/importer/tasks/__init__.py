"""The calls that clients already use: ingest, progress and status, on the same ledger as batches."""
