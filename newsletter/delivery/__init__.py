"""The outbox, and one path from it to the wire: claim → compose → send → settle."""
