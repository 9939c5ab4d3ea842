"""One phone conversation: the service that applies what happens to it, one event in one transaction."""
