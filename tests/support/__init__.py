"""What several tests share: real servers, real processes, waiting with a deadline."""
