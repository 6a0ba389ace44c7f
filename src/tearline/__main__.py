"""`python -m tearline` and the `tearline` program."""

from tearline.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
