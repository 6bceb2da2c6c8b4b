"""Getting what a site holds: over HTTP, bounded, and never from where nobody may look."""
