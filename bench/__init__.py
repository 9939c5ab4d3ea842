"""What this machine reaches: measured, never asserted."""
