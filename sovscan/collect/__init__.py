"""The windows: the only room that looks outside. It asks and returns facts, and never judges."""

from sovscan.collect.dns.engine import Engine
from sovscan.collect.dns.port import Resolver
from sovscan.collect.dns.servers import Server, parse_server, system_servers
from sovscan.collect.survey import Survey, Surveyed

__all__ = [
    "Engine",
    "Resolver",
    "Server",
    "Survey",
    "Surveyed",
    "parse_server",
    "system_servers",
]
