"""The stage: a fictional country, and a resolver on this machine that answers for it."""

from sovscan.demo.stage import bodies, stage

__all__ = ["bodies", "stage"]
