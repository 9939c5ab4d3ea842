"""The telephones at the far ends of the switch's calls: a softphone in the browser, and scripted callers and agents.

They know the switch only as `switch.ports` describes it. Scripts come from files, or over HTTP from the same machine.
"""
