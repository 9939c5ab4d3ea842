"""What the bot says: one file per language, nothing but words."""
