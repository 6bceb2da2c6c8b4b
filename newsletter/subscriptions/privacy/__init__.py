"""What a reader may ask for: all that is kept of them, a copy of it, and that it goes."""
