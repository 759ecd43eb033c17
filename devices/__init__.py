"""How to talk to a till's hardware: scanners, line displays, POS printers. Usable without the bridge."""
