"""Ways to hand mail over."""
