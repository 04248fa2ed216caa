"""The ledger: PostgreSQL is the mailbox, and every step that a chunk takes is a module of its own name."""
