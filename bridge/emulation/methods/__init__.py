"""`emulation.*`: an emulated till's methods of the socket, which a real till does not have."""
