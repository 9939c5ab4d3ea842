"""The phones at the far ends of the switch's calls: scripted callers and agents, and the browser."""
