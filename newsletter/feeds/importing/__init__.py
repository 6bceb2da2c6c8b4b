"""Articles that are handed in: by a content system, from files, from what other systems export."""
