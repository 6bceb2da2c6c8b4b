"""The pictures of articles: found, fetched, checked, made small, and served from here."""
