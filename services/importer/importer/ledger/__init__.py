"""The ledger: PostgreSQL is the mailbox. A module holds the statements of one step, and the functions that use them.

All clocks are the database's. Rows are locked in one order, batch before chunk, and where a statement holds a chunk and
wants its batch it takes it only if nobody else has it (SKIP LOCKED), so nothing deadlocks.
"""
