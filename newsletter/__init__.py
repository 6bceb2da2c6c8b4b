"""Everything the business knows. Only `newsletter.web` knows Flask; nothing here knows Celery."""
