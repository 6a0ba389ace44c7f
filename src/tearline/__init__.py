"""Tearline: from a published item back to the reports it draws on, and who could have held them."""

__version__ = "0.1.0"

__all__ = ["Inquiry", "__version__", "open_workspace"]


def __getattr__(name: str) -> object:
    """`Inquiry` and `open_workspace`, imported when first asked for: importing a room stays light."""
    if name in ("Inquiry", "open_workspace"):
        from tearline import workspace  # noqa: PLC0415 - not before it is asked for

        return getattr(workspace, name)
    raise AttributeError(f"module 'tearline' has no attribute {name!r}")
