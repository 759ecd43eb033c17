"""Cards: how one comes in, what is known of it, who finds it, and how its owner leaves."""
