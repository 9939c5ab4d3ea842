"""The commands behind `warmline`, a module for each kind."""
