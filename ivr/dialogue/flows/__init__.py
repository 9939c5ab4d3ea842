"""What the bot can do for a caller by itself: one file a flow.

A flow's file says its name and title, what it collects, says and does, what counts as done, and what the agent's brief
tells of it. To add one, write its file, list it in `registry`, and put its wording into `ivr.dialogue.prompts`; the
menu, the intents, the brake's list and `docs/flows.md` follow.
"""
