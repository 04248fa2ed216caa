"""Media files: the folder that holds them, their names and kinds, uploads from people, pictures from workers."""
