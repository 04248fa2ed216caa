"""What Stackroom is measured against: the same work as it is usually written."""
