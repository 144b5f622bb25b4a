"""Words every package speaks, with no framework in them."""
