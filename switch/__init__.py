"""A local stand-in for Twilio: one account with one number, on this machine, for development and tests.

It calls the application's webhooks, runs the TwiML they answer with, opens media streams to it, and serves the parts
of the REST API that it uses. `server.Switch` is where to begin; the far ends of its calls are in `phones`.
"""
