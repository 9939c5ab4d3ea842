"""What the bot says in Spanish: enough to hand the caller over."""

PROMPTS: dict[str, tuple[str, ...]] = {
    "person.language": ("Un momento, por favor, le comunico con una persona.",),
    "person.asked": ("Claro, le comunico con una persona.",),
    "person.upset": ("Lo siento mucho, le comunico con una persona ahora mismo.",),
}
