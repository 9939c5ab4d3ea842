"""What a caller's words mean: an intent with its confidence, and the amounts, dates, digits and choices in them.

`understanding` puts it together. The intent comes from a classifier on top of a small sentence encoder, and from rules
that outrank it; everything else comes from grammars of how people say such things. Nothing here knows of the call.
"""
