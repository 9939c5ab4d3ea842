"""How long the caller may stay silent before it counts as no input, in seconds."""

NO_INPUT: dict[str, float] = {"open": 7.0, "yes-no": 7.0, "money": 7.0, "date": 7.0, "digits": 10.0}
HOLD = 60.0  # after "wait a second"
THINKING = 15.0  # after "um"
AT_HAND = 15.0  # an account number or a PIN, for who has to think of it
LOOKING = 45.0  # after a first silence there: the card or the letter is in another room
TEXT_UNDER_WAY = 30.0  # a text message may take so long to be there and to be read
