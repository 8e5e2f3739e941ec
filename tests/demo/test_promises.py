"""What the comments in world.txt promise is what the real pipeline says of it."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from sovscan import pipeline
from sovscan.collect import Engine, Server
from sovscan.core.context import Criteria
from sovscan.core.model import Assessment, Confidence, Finding, Party, Role, Service
from sovscan.demo import bodies, stage
from sovscan.pipeline import Judge
from sovscan.targets import read_list
from tests.conftest import TODAY, service

EMAIL, HOSTING, DNS, CDN = Service.EMAIL, Service.HOSTING, Service.DNS, Service.CDN
NIGHT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)

World = Mapping[str, Assessment]


@pytest.fixture(scope="module")
def said(registry, tmp_path_factory) -> World:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    criteria = Criteria(registry.policies["eea-ch"], registry.methodologies["2026-1"], TODAY)
    targets = read_list("demo", bodies()).targets
    with stage() as place:
        engine = Engine((Server(*place),))
        scan = pipeline.scan(
            targets, engine, [], Judge(registry, criteria), path, clock=lambda: NIGHT
        )
    with pipeline.reading(path) as reader:
        found = {each.target.domain: each for each in reader.assessments(scan)}
    assert len(found) == len(targets)
    return found


def parties(said: World, body: str, kind: Service, role: Role) -> list[Party]:
    found = service(said[f"{body}.example"], kind).parties
    return [party for party in found if party.role is role]


def vendors(said: World, body: str, kind: Service, role: Role) -> list[str | None]:
    return [party.vendor for party in parties(said, body, kind, role)]


def mailbox(said: World, body: str) -> tuple:
    [party] = parties(said, body, EMAIL, Role.MAILBOX)
    return party.finding, party.vendor, party.confidence


def finding(said: World, body: str, kind: Service) -> Finding:
    return service(said[f"{body}.example"], kind).finding


def codes(reasons) -> set[str]:
    return {reason.code for reason in reasons}


MICROSOFT = "microsoft-365"


@pytest.mark.parametrize(
    "body", ["waterzande", "hoogveld", "beverzele", "clairmont", "letzbierg", "fiction"]
)
def test_microsoft_mail_in_plain_sight_is_confirmed(said, body):
    assert mailbox(said, body) == (Finding.ATTRIBUTED, MICROSOFT, Confidence.CONFIRMED)
    [inbound] = parties(said, body, EMAIL, Role.INBOUND)
    assert inbound.vendor == MICROSOFT
    assert "dangling" not in codes(inbound.reasons)


@pytest.mark.parametrize(
    ("body", "front"),
    [
        ("lindebeek", "ezorg"),
        ("oudekerkveen", "cisco-secure-email"),
        ("driebeuken", "barracuda"),
        ("zilverbos", "proofpoint"),
        ("roudbaach", "fortimail-cloud"),
    ],
)
def test_microsoft_behind_a_filter_is_seen_behind_it(said, body, front):
    assert vendors(said, body, EMAIL, Role.INBOUND) == [front]
    assert mailbox(said, body) == (Finding.ATTRIBUTED, MICROSOFT, Confidence.LIKELY)
    [party] = parties(said, body, EMAIL, Role.MAILBOX)
    assert "behind-the-front" in codes(party.reasons)


def test_a_filter_under_the_own_name_is_seen_by_its_network(said):
    [inbound] = parties(said, "oudekerkveen", EMAIL, Role.INBOUND)
    assert "by-network" in codes(inbound.reasons)


def test_a_filter_that_runs_on_somebodys_cloud_says_so(said):
    [inbound] = parties(said, "driebeuken", EMAIL, Role.INBOUND)
    assert (inbound.vendor, inbound.platform) == ("barracuda", "amazon-web-services")


@pytest.mark.parametrize(
    ("body", "front"),
    [("zuiderplas", "mimecast"), ("hautruisseau", "win"), ("sandweier", "visual-online")],
)
def test_behind_a_filter_that_shows_nothing_nobody_is_guessed(said, body, front):
    assert vendors(said, body, EMAIL, Role.INBOUND) == [front]
    assert mailbox(said, body) == (Finding.UNKNOWN, None, None)
    assert finding(said, body, EMAIL) is Finding.UNKNOWN


@pytest.mark.parametrize("body", ["rietmeer", "besch"])
def test_an_own_server_on_an_access_line_is_own(said, body):
    assert finding(said, body, EMAIL) is Finding.OWN
    assert said[f"{body}.example"].headline.value == 0


def test_an_own_server_inside_a_hyperscaler_stands_on_it(said):
    [inbound] = parties(said, "scheldemond", EMAIL, Role.INBOUND)
    assert (inbound.finding, inbound.platform) == (Finding.OWN, "amazon-web-services")
    assert said["scheldemond.example"].headline.value == 100


def test_two_vendors_at_equal_preference_share_the_front(said):
    shares = {
        party.vendor: party.share for party in parties(said, "kreekrijk", EMAIL, Role.INBOUND)
    }
    assert shares == {
        "barracuda": pytest.approx(2 / 3, abs=1e-6),
        MICROSOFT: pytest.approx(1 / 3, abs=1e-6),
    }
    assert mailbox(said, "kreekrijk")[1] == MICROSOFT


def test_tokens_and_senders_elect_nobody(said):
    assert mailbox(said, "hasselwoud") == (Finding.UNKNOWN, None, None)
    assert vendors(said, "hasselwoud", EMAIL, Role.SENDER) == ["google-workspace", MICROSOFT]


@pytest.mark.parametrize(
    ("body", "code"), [("meerkant", "null-mx"), ("droomland", "no-mail-declared")]
)
def test_a_body_that_declares_to_take_no_mail_has_no_mail_service(said, body, code):
    found = service(said[f"{body}.example"], EMAIL)
    assert (found.finding, codes(found.reasons)) == (Finding.NO_SERVICE, {code})


def test_of_a_zone_that_fails_nothing_is_said(said):
    for kind in Service:
        assert finding(said, "steenoever", kind) is Finding.UNOBSERVED
    assert said["steenoever.example"].headline.value is None


def test_of_a_domain_that_is_gone_nothing_is_known(said):
    for kind in Service:
        found = service(said["nowhere.example"], kind)
        assert (found.finding, codes(found.reasons)) == (Finding.UNKNOWN, {"no-such-domain"})


def test_a_wildcard_proves_nothing(said):
    assert mailbox(said, "vlietland") == (Finding.UNKNOWN, None, None)
    assert said["vlietland.example"].headline.value is None


def test_own_mailboxes_beside_a_vendors_are_two_halves(said):
    found = parties(said, "kasteelbeek", EMAIL, Role.MAILBOX)
    assert [(each.vendor, each.share) for each in found] == [(None, 0.5), (MICROSOFT, 0.5)]
    assert {each.confidence for each in found} == {Confidence.POSSIBLE}


def test_a_leftover_is_told_and_does_not_win(said):
    assert mailbox(said, "ravenberge")[:2] == (Finding.ATTRIBUTED, "google-workspace")
    [conflict] = service(said["ravenberge.example"], EMAIL).conflicts
    assert dict(conflict.facts)["says"] == MICROSOFT


def test_a_backup_is_listed_and_not_scored(said):
    assert vendors(said, "montclair", EMAIL, Role.INBOUND) == ["ovhcloud"]
    [backup] = parties(said, "montclair", EMAIL, Role.BACKUP)
    assert (backup.vendor, backup.share, backup.preference) == ("proofpoint", 0.0, 20)
    assert said["montclair.example"].headline.value == 0


def test_a_migration_half_done_shows_both(said):
    [inbound] = parties(said, "aalbierg", EMAIL, Role.INBOUND)
    assert inbound.finding is Finding.OWN
    assert vendors(said, "aalbierg", EMAIL, Role.BACKUP) == [MICROSOFT]
    assert mailbox(said, "aalbierg") == (Finding.ATTRIBUTED, MICROSOFT, Confidence.LIKELY)


@pytest.mark.parametrize(
    ("body", "code"),
    [("grenglach", "null-mx-beside-others"), ("wijngaardrode", "mx-is-address")],
)
def test_a_mistake_in_the_zone_is_named(said, body, code):
    assert code in codes(service(said[f"{body}.example"], EMAIL).reasons)


def test_an_mx_that_points_nowhere_names_nobody(said):
    [inbound] = parties(said, "troischenes", EMAIL, Role.INBOUND)
    assert (inbound.finding, inbound.vendor) == (Finding.UNKNOWN, None)
    assert "dangling" in codes(inbound.reasons)


@pytest.mark.parametrize(
    ("body", "edge"),
    [
        ("hoogveld", "cloudflare"),
        ("noorderland", "microsoft-azure"),
        ("fictie", "amazon-web-services"),
        ("droomland", "akamai"),
        ("kreekrijk", "bunny"),
    ],
)
def test_an_edge_in_front_is_named_and_hides_the_origin(said, body, edge):
    assert vendors(said, body, CDN, Role.EDGE) == [edge]
    hidden = parties(said, body, HOSTING, Role.PLATFORM)[0]
    assert (hidden.finding, hidden.vendor) == (Finding.UNKNOWN, None)
    assert "origin-hidden" in codes(hidden.reasons)


def test_two_operators_of_a_zone_share_it(said):
    shares = {
        party.vendor: party.share for party in parties(said, "duinbergen", DNS, Role.AUTHORITATIVE)
    }
    assert shares == {"ns1": 0.5, "surf": 0.5}


def test_name_servers_under_the_own_name_are_seen_through(said):
    [party] = parties(said, "sintannarode", DNS, Role.AUTHORITATIVE)
    assert party.vendor == "combell"
    assert "vanity-name-server" in codes(party.reasons)


@pytest.mark.parametrize(("body", "vendor"), [("oostrode", "combell"), ("eauclaire", "ovhcloud")])
def test_all_at_one_european_group_is_no_reliance(said, body, vendor):
    assert mailbox(said, body)[1] == vendor
    assert vendors(said, body, HOSTING, Role.PLATFORM) == [vendor]
    assert vendors(said, body, DNS, Role.AUTHORITATIVE) == [vendor]
    assert said[f"{body}.example"].headline.value == 0


def test_swiss_mail_is_european_by_this_policy(said):
    reach = said["valbruyere.example"].reach("infomaniak")
    assert (reach.country, reach.european) == ("CH", True)


def test_a_web_builder_stands_on_a_foreign_cloud(said):
    [operator] = parties(said, "waissebach", HOSTING, Role.OPERATOR)
    assert (operator.vendor, operator.platform) == ("netlify", "amazon-web-services")
