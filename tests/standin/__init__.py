"""Setu's stand-in: an HTTP server that imitates Setu's eSign API, for development, demo and tests.

It can forge signatures, so it lives among the tests and is absent from production. It imports nothing
of the application: a misreading of Setu cannot sit on both sides.
"""

from tests.standin.app import StandIn
from tests.standin.clock import Clock
from tests.standin.errors import ApiError, ConnectionLost, SessionRefused

__all__ = ["ApiError", "Clock", "ConnectionLost", "SessionRefused", "StandIn"]
