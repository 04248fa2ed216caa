"""The contract between the importer and its workers: operations, queues, messages, and the base of a worker."""
