"""The API: for programs that hand in articles, with keys."""
