"""What `./run` brings along: the supervisor, the embedded Redis and the embedded inbox."""
