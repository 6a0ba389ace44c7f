"""Tearline."""
