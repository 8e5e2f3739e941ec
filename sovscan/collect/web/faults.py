"""How a request failed, and whose fault that was. Pure: from the numbers that libcurl gives."""

import errno
from collections.abc import Mapping
from types import MappingProxyType

import pycurl

from sovscan.core.model import Fault

LOCAL_ERRORS = {errno.EMFILE, errno.ENFILE, errno.EACCES, errno.EPERM, errno.ENOBUFS}

_CONNECTING: Mapping[int, str] = MappingProxyType(
    {
        errno.ECONNREFUSED: "REFUSED",
        errno.ECONNRESET: "RESET",
        errno.ETIMEDOUT: "TIMEOUT",
        errno.ENETUNREACH: "UNREACHABLE",
        errno.EHOSTUNREACH: "UNREACHABLE",
    }
)

_TOO_LARGE = 100
"""CURLE_TOO_LARGE of libcurl 8.6, which older bindings do not name."""

_TALKING: Mapping[int, tuple[str, Fault]] = MappingProxyType(
    {
        pycurl.E_OPERATION_TIMEDOUT: ("TIMEOUT", Fault.NETWORK),
        pycurl.E_RECV_ERROR: ("RESET", Fault.NETWORK),
        pycurl.E_SEND_ERROR: ("RESET", Fault.NETWORK),
        pycurl.E_GOT_NOTHING: ("EMPTY", Fault.ZONE),
        pycurl.E_SSL_CONNECT_ERROR: ("TLS", Fault.ZONE),
        pycurl.E_PEER_FAILED_VERIFICATION: ("TLS", Fault.ZONE),
        pycurl.E_SSL_CIPHER: ("TLS", Fault.ZONE),
        _TOO_LARGE: ("TOO-LARGE", Fault.ZONE),
        pycurl.E_ABORTED_BY_CALLBACK: ("TOO-LARGE", Fault.ZONE),
        pycurl.E_OUT_OF_MEMORY: ("MEMORY", Fault.HERE),
        pycurl.E_FAILED_INIT: ("LIBRARY", Fault.HERE),
        pycurl.E_SSL_CACERT_BADFILE: ("ROOTS", Fault.HERE),
    }
)


def verdict(code: int, os_error: int, is_head_too_large: bool) -> tuple[str, Fault]:
    """The detail of a failure and its fault; what libcurl could not read at all is malformed."""
    if is_head_too_large:
        return "TOO-LARGE", Fault.ZONE
    if os_error in LOCAL_ERRORS:
        return errno.errorcode[os_error], Fault.HERE
    if code == pycurl.E_COULDNT_CONNECT:
        return _CONNECTING.get(os_error, "UNREACHABLE"), Fault.NETWORK
    return _TALKING.get(code, ("MALFORMED", Fault.ZONE))
