"""The files of the registry: what is no registry file is told with file, line and place, all at once."""

from datetime import date
from pathlib import Path

import pytest

from sovscan.errors import DataError
from sovscan.knowledge.check import check
from sovscan.knowledge.load import digest, load
from sovscan.knowledge.networks import MissingTable
from sovscan.knowledge.place import default_datasets

TODAY = date(2026, 11, 23)

VENDOR = """\
id = "acme-mail"
name = "Acme Mail"
operator = "acme-bv"

[[fingerprints]]
id = "mx"
role = "mailbox"
signal = "mx-host"
suffix = ["mail.acme.nl"]
strength = "conclusive"
source = "https://docs.acme.nl/dns"
checked = 2026-11-01
examples = ["mx1.mail.acme.nl"]
not = ["mail.acme.nl.evil.test", "notmail.acme.nl"]

[[fingerprints]]
id = "as"
role = "platform"
signal = "address-as"
number = [64500]
strength = "conclusive"
source = "https://docs.acme.nl/network"
checked = 2026-11-01
examples = [64500]

[[fingerprints]]
id = "token"
role = "sender"
signal = "txt-token"
exact = ["acme-verification"]
strength = "hint"
source = "https://docs.acme.nl/verify"
checked = 2026-11-01
examples = ["acme-verification"]
"""

ENTITY = """\
id = "acme-bv"
name = "Acme B.V."
country = "NL"
kind = "company"
source = "https://acme.nl"
checked = 2026-11-01

[[owners]]
owner = "acme-group"
kind = "owns"
share = 100
since = 2021-05-04
source = "https://acme.nl/owners"
checked = 2026-11-01
"""

GROUP = """\
id = "acme-group"
name = "Acme Group"
country = "US"
kind = "company"
source = "https://acme.example"
checked = 2026-11-01

[big_tech]
criterion = "global-provider"
reason = "It is large"
source = "https://acme.example/size"
checked = 2026-11-01
"""

LAW = """\
id = "us-act"
name = "An Act"
country = "US"
binds = "chain"
reaches = "abroad"
summary = "Reaches abroad."
citation = "1 U.S.C. 1"
source = "https://law.example/1"
checked = 2026-11-01
"""

POLICY = """\
id = "near"
name = "Near"
european = ["T0", "T1"]
source = "https://policy.example"
checked = 2026-11-01
summary = "What is near."

[tiers]
T1 = ["BE", "NL"]
T5 = ["US"]
"""

METHODOLOGY = """\
id = "one"
title = "The first"
source = "https://method.example"
published = 2026-11-01
coverage_floor = 0.5
exposed = ["mailbox"]
bands = [{ grade = "A", upto = 100 }]

[services]
email = 1

[roles.email]
mailbox = 1.0

[risk]
T1 = 0.0

[caps]
essential = ["email"]
one = "A"
all = "A"
"""

GOOD = {
    "vendors/acme-mail.toml": VENDOR,
    "entities/acme-bv.toml": ENTITY,
    "entities/acme-group.toml": GROUP,
    "laws/us-act.toml": LAW,
    "policies/near.toml": POLICY,
    "methodology/one.toml": METHODOLOGY,
}
ACME, BV = "vendors/acme-mail.toml", "entities/acme-bv.toml"


class Small:
    """A registry of one vendor, as files that a test may break."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "datasets"
        for name, text in GOOD.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def faults(self) -> list[str]:
        return check(self.folder, TODAY)[0]

    def warnings(self) -> list[str]:
        return check(self.folder, TODAY)[1]


def test_a_good_registry_has_no_fault_and_can_be_judged_with(tmp_path):
    small = Small(tmp_path)
    assert check(small.folder, TODAY) == ([], [])
    knowledge = load(small.folder)
    assert list(knowledge.vendors) == ["acme-mail"]
    assert knowledge.entities["acme-bv"].owners[0].since == date(2021, 5, 4)
    assert knowledge.networks.lookup("8.8.8.8") is None


BROKEN = {
    "unknown key": (ACME, 'name = "Acme Mail"', 'nam = "x"\nname = "x"', "", "nam"),
    "unknown key in a rule": (ACME, 'id = "as"', 'id = "as"\nrol = "x"', ":16", "rol"),
    "missing key": (ACME, 'operator = "acme-bv"\n', "", "", "'operator' is missing"),
    "missing key in a rule": (ACME, 'role = "mailbox"\n', "", ":5", "'role' is missing"),
    "missing key in the last rule": (ACME, 'role = "sender"\n', "", ":26", "'role' is missing"),
    "number for text": (ACME, '"Acme Mail"', "5", ":2", "no text"),
    "text for a list": (ACME, '["mail.acme.nl"]', '"mail.acme.nl"', ":9", "no list"),
    "numbers for texts": (ACME, '["mail.acme.nl"]', "[1]", ":9", "no text"),
    "text for a number": (ACME, "number = [64500]", 'number = ["64500"]', ":20", "whole number"),
    "text for a list of examples": (ACME, "[64500]\nstr", '"x"\nstr', ":20", "no list"),
    "one table for several": (BV, "[[owners]]", "[owners]", ":8", "no list"),
    "text for percent": (BV, "share = 100", 'share = "100"', ":11", "no number"),
    "text for a flag": (BV, "\n[[", 'open_ownership = "no"\n[[', ":7", "true"),
    "wrong role": (ACME, '"mailbox"', '"postbox"', ":7", "none of: inbound, mailbox"),
    "wrong strength": (ACME, '"conclusive"', '"sure"', ":10", "hint, strong, conclusive"),
    "wrong holding": (BV, '"owns"', '"has"', ":10", "owns, minority"),
    "wrong kind": (BV, '"company"', '"firm"', ":4", "company, fund"),
    "date in quotes": (ACME, "2026-11-01", '"2026-11-01"', ":12", "without quotes"),
    "time for a date": (ACME, "2026-11-01", "2026-11-01T00:00:00Z", ":12", "no date"),
    "no TOML": (ACME, "id =", "id", "", "no TOML file"),
    "no network": (ACME, 'suffix = ["mail.acme.nl"]', 'cidr = ["10.0.0.0/99"]', ":9", "CIDR"),
    "host bits": (ACME, 'suffix = ["mail.acme.nl"]', 'cidr = ["10.0.0.1/8"]', ":9", "CIDR"),
    "law": ("laws/us-act.toml", '"chain"', '"rope"', ":4", "chain, controller, operator"),
    "policy": ("policies/near.toml", '["T0", "T1"]', '"T0"', ":3", "no list"),
    "methodology": ("methodology/one.toml", '["mailbox"]', '["post"]', ":6", "none of"),
    "weights of no service": ("methodology/one.toml", "email = 1", "mail = 1", ":10", "none of"),
    "id that is no file name": (ACME, 'id = "acme-mail"', 'id = "acme"', ":1", "'acme-mail'"),
    "entity id": (BV, 'id = "acme-bv"', 'id = "acme"', ":1", "'acme-bv'"),
    "law id": ("laws/us-act.toml", 'id = "us-act"', 'id = "act"', ":1", "'us-act'"),
    "no such operator": (ACME, '"acme-bv"', '"nobody"', ":3", "datasets/entities/nobody.toml"),
    "no such owner": (BV, '"acme-group"', '"nobody"', ":9", "datasets/entities/nobody.toml"),
}


@pytest.mark.parametrize(("name", "old", "new", "line", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_told_with_its_place(tmp_path, name, old, new, line, said):
    small = Small(tmp_path)
    small.change(name, old, new)
    where = f"datasets/{name}{line}  "
    assert [fault for fault in small.faults() if fault.startswith(where) and said in fault]
    with pytest.raises(DataError) as caught:
        load(small.folder, MissingTable())
    assert [fault for fault in caught.value.faults if fault.startswith(where) and said in fault]


def test_a_file_that_is_not_utf_8_is_told(tmp_path):
    small = Small(tmp_path)
    (small.folder / ACME).write_bytes(b'id = "\xff"')
    assert "vendors/acme-mail.toml  is no TOML file" in small.faults()[0]


def test_all_faults_of_all_files_are_told_at_once(tmp_path):
    small = Small(tmp_path)
    small.change(ACME, '"mailbox"', '"postbox"')
    small.change(ACME, "2026-11-01", '"2026-11-01"')
    small.change("laws/us-act.toml", '"chain"', '"rope"')
    small.change("policies/near.toml", '"T0"', "0")
    small.change("methodology/one.toml", "0.5", '"half"')
    small.change(BV, '"acme-group"', '"nobody"')
    small.change("entities/acme-group.toml", '"US"', '"USA"')
    assert {fault.partition("  ")[0].removeprefix("datasets/") for fault in small.faults()} == {
        f"{ACME}:7",
        f"{ACME}:12",
        "laws/us-act.toml:4",
        "policies/near.toml:3",
        "methodology/one.toml:5",
        f"{BV}:9",
        "entities/acme-group.toml:3",
    }


@pytest.mark.parametrize("owner", ["acme-bv", "acme-fund"])
def test_a_loop_of_owners_is_told(tmp_path, owner):
    small = Small(tmp_path)
    small.write("entities/acme-fund.toml", ENTITY.replace("acme-bv", "acme-fund"))
    edge = ENTITY.partition("\n\n")[2].replace("acme-group", owner)
    small.change("entities/acme-group.toml", "\n[big_tech]", f"\n{edge}\n[big_tech]")
    loops = [fault for fault in small.faults() if "owns itself" in fault]
    assert any(fault.startswith("datasets/entities/acme-group.toml") for fault in loops)
    with pytest.raises(DataError, match="owns itself"):
        load(small.folder, MissingTable())


def test_a_folder_that_is_not_there_is_a_fault_and_no_empty_registry(tmp_path):
    with pytest.raises(DataError, match="no folder of datasets"):
        load(tmp_path / "nowhere", MissingTable())


@pytest.mark.parametrize("name", GOOD)
def test_the_digest_changes_with_any_byte_of_any_file(tmp_path, name):
    small = Small(tmp_path)
    before = digest(small.folder)
    (small.folder / name).write_text(GOOD[name] + "\n", encoding="utf-8")
    assert digest(small.folder) != before
    (small.folder / name).write_text(GOOD[name], encoding="utf-8")
    assert digest(small.folder) == before


def test_the_digest_changes_when_a_file_comes_goes_or_gets_another_name(tmp_path):
    small = Small(tmp_path)
    digests = {digest(small.folder)}
    small.write("laws/us-law.toml", LAW)
    digests.add(digest(small.folder))
    (small.folder / "laws/us-act.toml").unlink()
    digests.add(digest(small.folder))
    (small.folder / "laws/us-law.toml").unlink()
    digests.add(digest(small.folder))
    assert len(digests) == 4


def test_the_digest_does_not_depend_on_place_time_or_other_files(tmp_path):
    here, there = Small(tmp_path / "a"), Small(tmp_path / "b")
    there.write("networks/table.xz", "x")
    there.write("README.md", "x")
    there.write("vendors/notes.txt", "x")
    assert digest(here.folder) == digest(there.folder) == load(here.folder).digest


def test_the_digest_of_a_judgement_is_that_of_the_files(registry):
    assert registry.digest == digest(default_datasets())
