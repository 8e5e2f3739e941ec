"""Fetching a published file: bounded, told, and never half believed."""

import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sovscan.collect.fetch import fetch
from sovscan.errors import SovscanError


class Answers(BaseHTTPRequestHandler):
    """One path for each way in which a server may behave."""

    def do_GET(self):
        if self.path == "/loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
            self.end_headers()
            return
        if self.path == "/missing":
            self.send_error(404)
            return
        body = b"64500\t10.0.0.0/8\t300\n"
        self.send_response(200)
        if self.path == "/dated.txt":
            self.send_header("Last-Modified", "Fri, 20 Nov 2026 10:00:00 GMT")
        if self.path == "/misdated":
            self.send_header("Last-Modified", "yesterday")
        self.send_header("Content-Length", str(len(body) + (9 if self.path == "/short" else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("path", "day"), {"/dated.txt": date(2026, 11, 20), "/misdated": None, "/plain": None}.items()
)
def test_a_file_comes_with_its_day_where_the_server_tells_it(address, tmp_path, path, day):
    found = fetch(address + path, tmp_path)
    assert found.made_on == day
    assert found.path.read_bytes() == b"64500\t10.0.0.0/8\t300\n"
    assert found.path.name == path[1:]


@pytest.mark.parametrize("path", ["/loop", "/missing", "/short"])
def test_what_cannot_be_fetched_whole_is_told_with_another_way(address, tmp_path, path):
    with pytest.raises(SovscanError, match=path) as caught:
        fetch(address + path, tmp_path)
    assert "--file" in caught.value.hint


def test_a_file_beyond_the_bound_is_refused(address, tmp_path):
    with pytest.raises(SovscanError, match="larger than 10 bytes"):
        fetch(address + "/plain", tmp_path, most=10)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "ftp://127.0.0.1/x", "no url"])
def test_an_address_where_nobody_answers_is_told(tmp_path, url):
    with pytest.raises(SovscanError):
        fetch(url, tmp_path)
