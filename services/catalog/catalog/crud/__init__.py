"""What all resources share: body checks, statements, pages, ETags, CSV and the five calls."""
