"""Calls with known secrets, what the post-call pipeline keeps of them, and what can be got out of that again."""
