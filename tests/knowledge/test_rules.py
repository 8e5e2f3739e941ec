"""The registry tests itself: every rule matches its examples, and only those it should."""

import time
from datetime import date, timedelta

import pytest

from sovscan.knowledge.check import check
from sovscan.knowledge.place import default_datasets
from tests.knowledge.test_form import ACME, BV, ENTITY, TODAY, VENDOR, Small

OTHER = VENDOR.replace("acme-mail", "other-mail")
SUFFIX = 'suffix = ["mail.acme.nl"]'
RULE = """
[[fingerprints]]
id = "extra"
role = "platform"
signal = "address"
cidr = ["192.0.2.0/24", "2001:db8::/32"]
strength = "conclusive"
source = "https://docs.acme.nl/ranges"
checked = 2026-11-01
examples = ["192.0.2.9", "2001:db8::1"]
not = ["198.51.100.1"]
"""

BROKEN = {
    "public suffix": (SUFFIX, 'suffix = ["mail.acme.nl", "co.uk"]', ":9", "'co.uk' is a public"),
    "top level": (SUFFIX, 'suffix = ["mail.acme.nl", "nl"]', ":9", "'nl' is a public suffix"),
    "capitals": (SUFFIX, 'suffix = ["mail.acme.nl", "Acme.nl"]', ":9", "lower case"),
    "leading dot": (SUFFIX, 'suffix = ["mail.acme.nl", ".acme.nl"]', ":9", "dot or space at"),
    "empty suffix": (SUFFIX, 'suffix = ["mail.acme.nl", ""]', ":9", "dot or space at"),
    "example": ('"mx1.mail.acme.nl"', '"mx1.acme.nl"', ":13", "does not match this rule"),
    "number example": ("[64500]\n\n", "[64501]\n\n", ":24", "does not match this rule"),
    "counter-example": ('"notmail.acme.nl"', '"x.mail.acme.nl"', ":14", "but does"),
    "no example": ('["mx1.mail.acme.nl"]', "[]", ":13", "is empty"),
    "no look-alike": ('not = ["mail.acme.nl.evil.test", "notmail.acme.nl"]\n', "", ":5", "missing"),
    "no matcher": (SUFFIX + "\n", "", ":6", "exactly one of"),
    "empty matcher": (SUFFIX, "suffix = []", ":6", "exactly one of"),
    "two matchers": (SUFFIX, SUFFIX + '\nexact = ["mx1.mail.acme.nl"]', ":6", "exactly one of"),
    "no signal": ('"mx-host"', '"mx-hots"', ":8", "'mx-hots' is no signal"),
    "token that elects": ('strength = "hint"', 'strength = "strong"', ":31", "never elects"),
    "never matched by its matcher": (SUFFIX, "number = [64500]", ":9", "can never match"),
    "a name with a space": (SUFFIX, 'suffix = ["mail.acme.nl", "my mail.nl"]', ":9", "no name"),
    "a star in a suffix": (SUFFIX, 'suffix = ["*.acme.nl"]', ":9", "that is a pattern"),
    "a pattern without a star": (SUFFIX, 'pattern = ["mx1.mail.acme.nl"]', ":9", "holds no *"),
    "a pattern that names nobody": (SUFFIX, 'pattern = ["mx*.mail.*.nl"]', ":9", "names nobody"),
    "below another suffix": (SUFFIX, 'suffix = ["mail.acme.nl", "acme.nl"]', ":5", "lies below"),
    "checked tomorrow": ("checked = 2026-11-01", "checked = 2026-11-24", ":12", "not come yet"),
    "no URL": ("https://docs.acme.nl/dns", "docs.acme.nl/dns", ":11", "is no URL"),
}


@pytest.mark.parametrize(("old", "new", "line", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_rule_is_told_with_its_line(tmp_path, old, new, line, said):
    small = Small(tmp_path)
    small.change(ACME, old, new)
    where = f"datasets/{ACME}{line}  "
    assert [fault for fault in small.faults() if fault.startswith(where) and said in fault]


HEADER_RULE = """
[[fingerprints]]
id = "header"
role = "edge"
signal = "http-header"
prefix = ["server: acme/"]
strength = "strong"
source = "https://docs.acme.nl/headers"
checked = 2026-11-01
examples = ["server: acme/2.0"]
not = ["server: acmeish", "x-server: acme/2.0"]
"""
DKIM_RULE = """
[[fingerprints]]
id = "dkim"
role = "mailbox"
signal = "dkim-selector"
exact = ["acme9"]
strength = "strong"
source = "https://docs.acme.nl/dkim"
checked = 2026-11-01
examples = ["acme9"]
"""


def test_a_header_is_matched_by_how_its_line_begins(tmp_path):
    small = Small(tmp_path)
    small.write(ACME, VENDOR + HEADER_RULE)
    assert small.faults() == []


@pytest.mark.parametrize("written", ["Server: acme/", "server", "server:acme/"])
def test_a_header_that_no_line_can_begin_with_is_told(tmp_path, written):
    small = Small(tmp_path)
    small.write(ACME, VENDOR + HEADER_RULE.replace('["server: acme/"]', f'["{written}"]'))
    assert any("write a header as `name: value`" in fault for fault in small.faults())


def test_a_selector_that_nobody_asks_for_is_told(tmp_path):
    small = Small(tmp_path)
    small.write(ACME, VENDOR + DKIM_RULE)
    assert any("nobody asks for acme9._domainkey" in fault for fault in small.faults())
    probe = '\n[[probes]]\nname = "acme9._domainkey"\ntype = "TXT"\n'
    small.write(ACME, VENDOR + DKIM_RULE + probe)
    assert not [fault for fault in small.faults() if "domainkey" in fault]


def test_a_name_within_the_name_of_another_vendor_is_told_with_both(tmp_path):
    small = Small(tmp_path)
    text = OTHER.replace("64500", "64501").replace("acme-verification", "other-verification")
    text = text.replace('"mail.acme.nl"', '"eu.mail.acme.nl"').replace(
        "mx1.mail.acme.nl", "mx1.eu.mail.acme.nl"
    )
    small.write("vendors/other-mail.toml", text)
    (fault,) = [fault for fault in small.faults() if "claimed" in fault]
    assert fault.startswith("datasets/vendors/other-mail.toml:5  fingerprints  mx-host eu.mail.")
    assert "claimed as mailbox by acme-mail and other-mail; a name has one holder" in fault


def test_a_source_that_nobody_opened_is_counted_in_a_warning(tmp_path):
    small = Small(tmp_path)
    small.change(ACME, "checked = 2026-11-01", "checked = 2026-11-01\nopened = false")
    _, warnings = check(small.folder, TODAY)
    assert any("name a source that nobody opened" in warning for warning in warnings)


def test_an_spf_include_never_elects(tmp_path):
    small = Small(tmp_path)
    small.change(ACME, '"txt-token"', '"spf-include"')
    assert small.faults() == []
    small.change(ACME, 'strength = "hint"', 'strength = "conclusive"')
    assert "never elects" in small.faults()[0]


def test_a_rule_id_is_used_once(tmp_path):
    small = Small(tmp_path)
    small.change(ACME, 'id = "as"', 'id = "mx"')
    assert small.faults() == [f"datasets/{ACME}:5  fingerprints  the id 'mx' is used twice"]


def test_ranges_match_both_kinds_of_addresses(tmp_path):
    small = Small(tmp_path)
    small.write(ACME, VENDOR + RULE)
    assert small.faults() == []


@pytest.mark.parametrize("value", ["198.51.100.1", "no address", "192.0.2.0/24"])
def test_an_example_outside_its_range_is_told(tmp_path, value):
    small = Small(tmp_path)
    small.write(ACME, VENDOR + RULE.replace("192.0.2.9", value))
    (fault,) = small.faults()
    assert f"{value!r} does not match this rule" in fault


def test_an_example_that_another_vendor_matches_in_the_same_role_is_told(tmp_path):
    small = Small(tmp_path)
    small.write(
        "vendors/other-mail.toml",
        OTHER.replace("64500", "64501").replace("acme-verification", "other-verification"),
    )
    example, name = small.faults()
    assert "'mx1.mail.acme.nl' is also matched by acme-mail in the same role" in example
    assert example.startswith("datasets/vendors/other-mail.toml:13  ")
    assert "mx-host mail.acme.nl is claimed as mailbox by acme-mail and other-mail" in name


def test_in_another_role_two_vendors_may_match_the_same(tmp_path):
    small = Small(tmp_path)
    text = OTHER.replace("64500", "64501").replace("acme-verification", "other-verification")
    small.write("vendors/other-mail.toml", text.replace('"mailbox"', '"inbound"'))
    assert small.faults() == []


@pytest.mark.parametrize("role", ["platform", "connectivity"])
def test_an_as_that_two_vendors_claim_is_told_with_both(tmp_path, role):
    small = Small(tmp_path)
    text = OTHER.replace("mail.acme.nl", "mail.other.nl").replace("acme-verification", "other")
    small.write("vendors/other-mail.toml", text.replace('"platform"', f'"{role}"'))
    assert any("AS64500 is claimed by acme-mail and other-mail" in f for f in small.faults())


OWNED = {
    "country in lower case": ('"NL"', '"nl"', ":3", "'nl' is no ISO 3166-1"),
    "country of three letters": ('"NL"', '"NLD"', ":3", "'NLD' is no ISO 3166-1"),
    "source": ('"https://acme.nl"', '"acme.nl"', ":5", "is no URL"),
    "source of an owner": ('"https://acme.nl/owners"', '"a"', ":13", "is no URL"),
    "until before since": ("share", "until = 2020-01-01\nshare", ":11", "ends before it begins"),
    "until as since": ("share", "until = 2021-05-04\nshare", ":11", "ends before it begins"),
}


@pytest.mark.parametrize(("old", "new", "line", "said"), OWNED.values(), ids=OWNED)
def test_a_broken_entity_is_told_with_its_line(tmp_path, old, new, line, said):
    small = Small(tmp_path)
    small.change(BV, old, new)
    (fault,) = small.faults()
    assert fault.startswith(f"datasets/{BV}{line}  ")
    assert said in fault


def second_owner(tmp_path, **changes: str) -> Small:
    small = Small(tmp_path)
    small.write("entities/fund.toml", ENTITY.partition("\n\n")[0].replace("acme-bv", "fund"))
    edge = ENTITY.partition("\n\n")[2].replace("acme-group", "fund")
    for old, new in changes.items():
        edge = edge.replace(f"{old} =", f"{new} #")
    small.write(BV, f"{ENTITY}\n{edge}")
    return small


def test_two_whole_owners_at_the_same_time_are_told(tmp_path):
    (fault,) = second_owner(tmp_path).faults()
    assert "'acme-group' and 'fund' own it at the same time" in fault


def test_owners_one_after_the_other_are_no_fault(tmp_path):
    small = second_owner(tmp_path, since="until = 2021-05-04")
    assert small.faults() == []


def test_a_minority_beside_the_owner_is_no_fault(tmp_path):
    small = second_owner(tmp_path, kind='kind = "minority"', share="share = 24")
    small.change(BV, "share = 100", "share = 76")
    assert small.faults() == []


def test_more_than_the_whole_is_told(tmp_path):
    (fault,) = second_owner(tmp_path, kind='kind = "minority"', share="share = 24").faults()
    assert "hold more than 100 % together" in fault


@pytest.mark.parametrize(("age", "told"), [(400, False), (401, True)])
def test_facts_not_checked_for_400_days_are_a_warning_and_no_fault(tmp_path, age, told):
    small = Small(tmp_path)
    day = (TODAY - timedelta(days=age)).isoformat()
    small.change(ACME, "2026-11-01", day)
    small.change(BV, "2026-11-01", day)
    faults, warnings = check(small.folder, TODAY)
    assert faults == []
    assert (
        warnings
        == [
            f"datasets/{ACME}:12  fingerprints[0].checked  not checked since {day}",
            f"datasets/{BV}:6  checked  not checked since {day}",
        ]
        * told
    )


def test_the_shipped_registry_is_sound_and_checked_in_seconds():
    started = time.perf_counter()
    faults, _ = check(default_datasets(), date(2026, 11, 23))
    assert faults == []
    assert time.perf_counter() - started < 5
