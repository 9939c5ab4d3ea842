"""How a document can end other than by running out of verbs."""


class HangUp(Exception):
    """The document ends the call; `status` is the final one of a call that was never answered."""

    def __init__(self, status: str = "completed") -> None:
        super().__init__(status)
        self.status = status
