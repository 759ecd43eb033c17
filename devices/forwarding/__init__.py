"""Where scans go on that are no cards: to a PTY that the cash program opens, or typed on a virtual keyboard."""
