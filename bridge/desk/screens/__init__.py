"""What the customer displays show."""
