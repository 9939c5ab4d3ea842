"""What anybody might send to the line's outer doors, drawn by a seed, and what becomes of it."""
