"""HTTP for emulated providers: a real server on loopback, and everything that can go wrong on the way."""
