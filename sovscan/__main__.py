"""`python -m sovscan` is the command line."""

from sovscan.cli import main

if __name__ == "__main__":
    main()
