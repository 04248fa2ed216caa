"""Media files over HTTP: uploads from people, pictures from workers."""
