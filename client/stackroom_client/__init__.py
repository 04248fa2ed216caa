"""The command ``stackroom``: a client of the gateway that depends on nothing else of Stackroom."""
