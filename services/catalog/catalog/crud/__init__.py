"""What all resources share: body checks, statements, pages, ETags, CSV and the seven calls."""
