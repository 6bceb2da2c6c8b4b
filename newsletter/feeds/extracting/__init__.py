"""Web pages: the article on one, the links on a section page, the feeds and the look of a site."""
