"""Twilio: its REST API in `client`, its requests and their form fields in `signatures` and `callbacks`.

The documents that it is answered with are TwiML, written by the package `twiml`.
"""
