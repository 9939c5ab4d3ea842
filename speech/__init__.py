"""Audio in and out of a call: knows nothing of calls, banks or carriers beyond the media socket."""

import os

# The mel product is tiny: OpenBLAS would spin on every core for it. It reads this once, when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
