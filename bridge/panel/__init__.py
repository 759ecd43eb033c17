"""The page of a till: devices, providers, receipts in progress, the queue, and what passes on the wire, live.

It reads and changes nothing. Whoever shows more adds sections (bridge.panel.page.Section).
"""
