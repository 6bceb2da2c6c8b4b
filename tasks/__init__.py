"""Celery's side: the doorbell. Tasks are thin; what they do stands in `newsletter`."""
