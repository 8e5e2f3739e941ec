"""Blast radius: which bodies hang on one host, account or text, and what shows whose that is."""

import pytest

from sovscan.core.holding import Known, account, plain_spf
from sovscan.core.nature import Nature, Verdict, _of_account, public_domains
from sovscan.core.sharing import Cluster, Sharing, View, find_sharing
from sovscan.demo.world import World
from sovscan.suffixes import registrable
from tests.conftest import look, target, the_registry

TENANT = "selector{n}._domainkey.{domain} CNAME selector{n}-{made}._domainkey.{signer}.\n"


def shared(records: str, *domains: str, **settings: object) -> Sharing:
    bodies = [target(domain) if isinstance(domain, str) else domain for domain in domains]
    knowledge, world = the_registry(), World(records)
    seen = [(body, look(world, body, knowledge)) for body in bodies]
    return find_sharing(seen, knowledge, registrable, **settings)


def only(found: Sharing, view: View) -> Cluster:
    (cluster,) = [each for each in found.clusters if each.view is view]
    return cluster


def dkim(domain: str, signer: str, made: str = "", selectors: str = "12") -> str:
    made = made or domain.replace(".", "-")
    return "".join(TENANT.format(n=n, domain=domain, made=made, signer=signer) for n in selectors)


def test_a_host_of_one_body_is_no_group():
    assert (
        shared("a.be MX 10 mx.strange.nl.\nb.be MX 10 mx2.strange.nl.", "a.be", "b.be").clusters
        == ()
    )


def test_hosts_that_the_same_bodies_share_are_one_group():
    records = "".join(
        f"{each} MX {n} mx{n}.strange.nl.\n" for each in ("a.be", "b.be") for n in (1, 2)
    )
    cluster = only(shared(records, "a.be", "b.be"), View.MX)
    assert cluster.values == ("mx1.strange.nl", "mx2.strange.nl")
    assert cluster.members == ("a.be", "b.be")
    assert (cluster.nature, cluster.because) == (Nature.UNKNOWN, "no-rule")
    assert cluster.domains == (("strange.nl", 2),)


def test_the_domain_is_counted_over_the_whole_scan():
    records = "a.be MX 1 mx1.strange.nl.\nb.be MX 1 mx1.strange.nl.\nc.be MX 1 mx2.strange.nl."
    cluster = only(shared(records, "a.be", "b.be", "c.be"), View.MX)
    assert (len(cluster.members), cluster.domains) == (2, (("strange.nl", 3),))


def test_a_host_of_a_public_body_on_record():
    records = "a.be MX 1 mx4.irisnet.be.\nb.be MX 1 mx4.irisnet.be."
    cluster = only(shared(records, "a.be", "b.be"), View.MX)
    assert (cluster.nature, cluster.because) == (Nature.SHARED, "public-body")
    assert cluster.public_body == "paradigm-brussels"


def test_a_public_body_is_known_by_a_domain_that_is_wholly_its_own():
    domains = public_domains(the_registry(), registrable)
    kinds = {the_registry().entities[entity].kind for entity in domains.values()}
    assert kinds == {"public"}
    assert "outlook.com" not in domains
    assert all(registrable(domain) == domain for domain in domains)


def test_a_network_names_a_vendor_and_not_whose_host_it_is():
    records = "a.be MX 1 mx1.joint.nl.\nb.be MX 1 mx1.joint.nl.\nmx1.joint.nl A 207.54.68.31"
    cluster = only(shared(records, "a.be", "b.be"), View.MX)
    assert (cluster.nature, cluster.because) == (Nature.UNKNOWN, "by-network")
    assert cluster.vendors == (("cisco-secure-email", 2),)


def test_a_key_of_its_own_is_no_account():
    records = "".join(
        f'selector1._domainkey.{each} TXT "v=DKIM1; p=x"\n' for each in ("a.be", "b.be")
    )
    records += 'google._domainkey.a.be TXT "v=DKIM1; p=x"\n'
    assert shared(records, "a.be", "b.be").seen[View.TENANT] == 0


def test_a_host_of_one_of_the_bodies():
    records = "a.be MX 1 mail.a.be.\nb.be MX 1 mail.a.be."
    cluster = only(shared(records, "a.be", "b.be"), View.MX)
    assert (cluster.nature, cluster.because, cluster.owner) == (Nature.SHARED, "own-of-one", "a.be")


def test_a_body_below_a_zone_does_not_own_the_zone():
    records = "x.a.be MX 1 mail.a.be.\nb.be MX 1 mail.a.be."
    cluster = only(shared(records, "x.a.be", "b.be"), View.MX)
    assert (cluster.nature, cluster.owner) == (Nature.UNKNOWN, None)


def test_a_host_that_the_registry_names_is_the_product():
    records = "".join(
        f"{each} MX 1 {host}.\n"
        for each in ("a.be", "b.be")
        for host in ("aspmx.l.google.com", "alt1.aspmx.l.google.com")
    )
    cluster = only(shared(records, "a.be", "b.be"), View.MX)
    assert (cluster.nature, cluster.because) == (Nature.MARKET, "named-by-rule")
    assert len(cluster.values) == 2
    assert cluster.vendors == (("google-workspace", 2),)


def test_another_host_of_a_provider_is_no_more_than_that():
    records = "a.be MX 1 mx3.mail.ovh.net.\nb.be MX 1 mx3.mail.ovh.net."
    cluster = only(shared(records, "a.be", "b.be"), View.MX)
    assert (cluster.nature, cluster.because) == (Nature.PROVIDER, "provider-names-it")


def test_a_vendor_of_most_bodies_is_the_market():
    bodies = [f"b{n}.be" for n in range(20)]
    records = "".join(f"{each} MX 1 mx3.mail.ovh.net.\n" for each in bodies)
    cluster = only(shared(records, *bodies), View.MX)
    assert (cluster.nature, cluster.because) == (Nature.MARKET, "most-of-the-scan")


def test_of_few_bodies_most_are_no_market():
    bodies = [f"b{n}.be" for n in range(19)]
    records = "".join(f"{each} MX 1 mx3.mail.ovh.net.\n" for each in bodies)
    assert only(shared(records, *bodies), View.MX).nature is Nature.PROVIDER


def test_a_host_made_for_one_customer_is_no_market_however_many_use_the_vendor():
    bodies = [f"b{n}.be" for n in range(30)]
    records = "".join(
        f"{each} MX 1 {each[:-3]}-be.mail.protection.outlook.com.\n" for each in bodies
    )
    records += "c.be MX 1 b7-be.mail.protection.outlook.com.\n"
    cluster = only(shared(records, *bodies, "c.be"), View.MX)
    assert (cluster.nature, cluster.because, cluster.owner) == (
        Nature.SHARED,
        "made-for-one",
        "b7.be",
    )


def test_a_host_of_a_third_customer_is_told_by_its_rule():
    bodies = [f"b{n}.be" for n in range(30)]
    records = "".join(
        f"{each} MX 1 {each[:-3]}-be.mail.protection.outlook.com.\n" for each in bodies
    )
    records += "".join(
        f"{each} MX 1 joint-nl.mail.protection.outlook.com.\n" for each in ("c.be", "d.be")
    )
    cluster = only(shared(records, *bodies, "c.be", "d.be"), View.MX)
    assert (cluster.nature, cluster.because, cluster.owner) == (Nature.SHARED, "made-for-one", None)


@pytest.mark.parametrize("host", [".", "192.0.2.1", "ms1.msv1.invalid"])
def test_what_can_receive_nothing_is_not_shared(host):
    dot = "" if host == "." else "."
    found = shared(f"a.be MX 0 {host}{dot}\nb.be MX 0 {host}{dot}", "a.be", "b.be")
    assert (found.clusters, found.seen[View.MX]) == ((), 0)


def test_name_servers_are_shared_as_a_whole_set():
    records = "".join(f"{each} NS ns{n}.x.eu.\n" for each in ("a.be", "b.be") for n in (1, 2))
    records += "c.be NS ns1.x.eu.\n"
    cluster = only(shared(records, "a.be", "b.be", "c.be"), View.NS)
    assert cluster.members == ("a.be", "b.be")
    assert cluster.domains == (("x.eu", 3),)


def test_one_unknown_name_server_is_enough_for_a_set_to_be_no_market():
    records = "".join(
        f"{each} NS {host}.\n"
        for each in ("a.be", "b.be")
        for host in ("dns13.ovh.net", "ns1.x.eu")
    )
    cluster = only(shared(records, "a.be", "b.be"), View.NS)
    assert (cluster.nature, cluster.vendors) == (Nature.UNKNOWN, (("ovhcloud", 2),))


def test_an_account_is_shared_across_shards_and_forms_of_the_name():
    records = (
        dkim("a.be", "joint.onmicrosoft.com")
        + dkim("b-c.be", "joint.p-v1.dkim.mail.microsoft", made="bc-be01e")
        + dkim("d.be", "joint.q-v1.dkim.mail.microsoft")
        + dkim("e.be", "e.onmicrosoft.com")
    )
    cluster = only(shared(records, "a.be", "b-c.be", "d.be", "e.be"), View.TENANT)
    assert cluster.members == ("a.be", "b-c.be", "d.be")
    assert (cluster.nature, cluster.because) == (Nature.SHARED, "made-for-one")
    assert cluster.vendors == (("microsoft-365", 4),)
    assert (len(cluster.values), cluster.domains) == (3, ())


def test_one_selector_is_enough_and_two_count_once():
    records = dkim("a.be", "joint.onmicrosoft.com", selectors="1")
    records += dkim("b.be", "joint.onmicrosoft.com")
    assert only(shared(records, "a.be", "b.be"), View.TENANT).members == ("a.be", "b.be")


def test_a_label_in_the_example_of_a_rule_is_the_products():
    """Else a vendor with one fixed label would seem to have one customer."""
    (example,) = the_registry().rules.rule("microsoft-365#dkim").examples
    signer = example.partition("._domainkey.")[2]
    cluster = only(shared(dkim("a.be", signer) + dkim("b.be", signer), "a.be", "b.be"), View.TENANT)
    assert (cluster.nature, cluster.because) == (Nature.MARKET, "named-by-rule")


def test_what_most_bodies_of_a_vendor_share_may_be_an_account_or_not():
    bodies = [f"b{n}.be" for n in range(20)]
    records = "".join(dkim(each, "joint.onmicrosoft.com") for each in bodies)
    cluster = only(shared(records, *bodies), View.TENANT)
    assert (cluster.nature, cluster.because) == (Nature.UNKNOWN, "most-of-the-vendor")
    assert only(shared(records, *bodies[1:]), View.TENANT).nature is Nature.SHARED


@pytest.mark.parametrize(
    ("value", "suffix", "label"),
    [
        ("selector1-city-be._domainkey.joint.acme.example", "acme.example", "joint"),
        ("selector1-citybe01e._domainkey.joint.n-v1.acme.example", "acme.example", "joint"),
        ("city.be.key1._domainkey.acme.example", "acme.example", None),
        ("key-1._domainkey.4115282.dq.acme.example", "acme.example", None),
        ("selector1-city-be._domainkey.joint.notacme.example", "acme.example", None),
        ("city.be.dkim.acme.example", "acme.example", None),
    ],
    ids=[
        "plain",
        "shard",
        "key of the product",
        "number of a key",
        "another suffix",
        "no key name",
    ],
)
def test_the_account_in_a_dkim_target(value, suffix, label):
    assert account(value, (suffix,), "city.be") == label


def test_a_wildcard_shows_no_account():
    records = "".join(
        f"*._domainkey.{each} CNAME selector1-{each[0]}-be._domainkey.joint.onmicrosoft.com.\n"
        for each in ("a.be", "b.be")
    )
    assert not [c for c in shared(records, "a.be", "b.be").clusters if c.view is View.TENANT]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("V=SPF1  +MX +include:X.example  -ALL", "v=spf1 mx include:x.example -all"),
        ("v=spf1 ip4:192.0.2.1 ~all", "v=spf1 ip4:192.0.2.1 ~all"),
    ],
)
def test_one_spelling_of_spf(one, other):
    assert plain_spf(one) == plain_spf(other)


@pytest.mark.parametrize(
    ("text", "nature", "because"),
    [
        ("v=spf1 include:spf.protection.outlook.com -all", Nature.MARKET, "named-by-rule"),
        ("v=spf1 ip4:192.0.2.1 include:spf.protection.outlook.com -all", Nature.UNKNOWN, "addresses"),
        ("v=spf1 include:spf.nobody-knows.nl -all", Nature.UNKNOWN, "no-rule"),
        ("v=spf1 include:spf.protection.outlook.com include:_spf.equalit.nl -all", Nature.SHARED, "public-body"),
        ("v=spf1 include:spf.protection.outlook.com a:mail.a.be -all", Nature.SHARED, "own-of-one"),
    ],
)  # fmt: skip
def test_what_an_spf_text_shows(text, nature, because):
    cluster = only(shared(f'a.be TXT "{text}"\nb.be TXT "{text}"', "a.be", "b.be"), View.SPF)
    assert (cluster.nature, cluster.because) == (nature, because)
    assert cluster.values == (text,)


@pytest.mark.parametrize("text", ["v=spf1 -all", "v=spf1 a mx ~all", "no spf at all"])
def test_a_text_that_names_nothing_is_no_bond(text):
    found = shared(f'a.be TXT "{text}"\nb.be TXT "{text}"', "a.be", "b.be")
    assert (found.clusters, found.seen[View.SPF]) == ((), 0)


def test_several_spf_records_are_an_error_and_compared_with_nothing():
    records = "".join(
        f'{each} TXT "v=spf1 include:{name}.nl -all"\n'
        for each in ("a.be", "b.be")
        for name in "xy"
    )
    assert shared(records, "a.be", "b.be").seen[View.SPF] == 0


def test_the_largest_come_first_then_those_of_more_people():
    bodies = [
        target(f"{name}.be", population=people)
        for name, people in (("a", 10), ("b", 20), ("c", 500), ("d", 600), ("e", None), ("f", None))
    ]
    hosts = {"a": "one", "b": "one", "c": "two", "d": "two", "e": "one", "f": "two"}
    records = "".join(f"{name}.be MX 1 mx.{host}-host.nl.\n" for name, host in hosts.items())
    found = shared(records, *bodies)
    assert [each.population for each in found.clusters] == [1100, 30]
    assert [each.populated for each in found.clusters] == [2, 2]
    assert found.clusters[0].countries == (("BE", 3),)


def test_views_and_least_size_are_chosen():
    records = "".join(f"{each}.be MX 1 mx.x.nl.\n{each}.be NS ns.x.nl.\n" for each in "abc")
    bodies = ("a.be", "b.be", "c.be")
    assert [c.view for c in shared(records, *bodies, views=[View.NS]).clusters] == [View.NS]
    assert shared(records, *bodies, least=4).clusters == ()
    assert shared("a.be MX 1 mx.x.nl.", "a.be", least=1).clusters == ()


def test_the_facts_of_a_body_are_let_go(registry):
    """The scan is a stream: when a body is entered, the one before it is forgotten."""
    import gc
    import weakref

    class Held(dict):
        __slots__ = ("__weakref__",)

    alive: list[weakref.ref] = []

    def stream():
        for n in range(5):
            body = target(f"b{n}.be")
            facts = Held(look(World(f"b{n}.be MX 1 mx.x.nl."), body, registry))
            alive.append(weakref.ref(facts))
            yield body, facts
            del facts
            gc.collect()
            assert sum(ref() is not None for ref in alive) <= 1

    assert len(find_sharing(stream(), registry, registrable).clusters[0].members) == 5


def test_an_account_that_no_rule_knows_is_nobodys():
    assert _of_account(Known("joint.example", None), 3, None) == Verdict(Nature.UNKNOWN, "no-rule")
