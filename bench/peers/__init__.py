"""The line beside other systems, on the same callers and weights."""
