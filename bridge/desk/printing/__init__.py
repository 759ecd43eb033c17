"""Papers: durable before they are promised, printed once; and the drawer that hangs on a printer."""
