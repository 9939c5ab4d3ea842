"""How the weights that ship were trained: run by hand, never by the line."""
