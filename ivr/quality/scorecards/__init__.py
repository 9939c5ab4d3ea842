"""Scorecards: what a call is judged by, how it scores, who judged it, and how far judges agree."""
