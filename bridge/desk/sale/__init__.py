"""One receipt from its opening to its end: limits, points, the fiscal paper, close, cancel, refund."""
