"""Where articles come from: fetching, parsing, identity, ingest."""
