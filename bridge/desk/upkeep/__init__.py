"""What nobody else sees to: abandoned receipts, old ones, a journal that was damaged."""
