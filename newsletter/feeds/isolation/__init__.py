"""Reading bytes that nobody vouches for in child processes: bounded, and away from what matters."""
