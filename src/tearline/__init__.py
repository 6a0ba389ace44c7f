"""Tearline: from a published item back to the reports it draws on, and who could have held them."""

__version__ = "0.1.0"
