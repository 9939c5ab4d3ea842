"""QA pages: the list of calls, and one call with its sound and the words beside it."""
