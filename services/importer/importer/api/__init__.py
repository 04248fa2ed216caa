"""The public calls: Flask only; what they do is in ``batches``, ``media`` and ``ledger``."""
