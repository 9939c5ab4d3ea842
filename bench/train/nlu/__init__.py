"""How the sentence encoder and the intent layer in ivr/nlu/weights were trained, and are measured."""
