"""The loyalty desk: what happens between a scan, a receipt and a provider. No sockets, no bytes, no SQL."""
