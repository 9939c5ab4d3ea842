"""A line and its world in one process, on a clock that jumps, with every fault drawn by a seed."""
