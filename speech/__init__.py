"""Audio in and out of a call: knows nothing of calls, banks or carriers beyond the media socket."""
