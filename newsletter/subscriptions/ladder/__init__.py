"""How many sign-ups come, and what that calls for: nothing, one more tap, or a pause."""
