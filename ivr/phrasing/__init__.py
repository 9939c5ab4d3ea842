"""What a caller hears outside of the dialogue: their place in the queue, a call-back, a goodbye.

The sentences of each language stand in `ivr.dialogue.prompts`; `announcements` puts figures, numbers and times in.
"""
