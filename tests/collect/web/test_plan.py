"""Which web questions a body needs, and where redirects lead or do not lead the plan."""

from hypothesis import given
from hypothesis import strategies as st

from sovscan.collect.web.plan import addresses_for, is_web, web_questions
from sovscan.collect.web.terms import HTTP, HTTPS, MAX_HOPS, MAX_QUESTIONS
from sovscan.core.model import DomainName, Fault, Observation, Outcome, Question
from tests.collect.helpers import absent, q
from tests.conftest import target

BODY = target("body.example")
ADDRESSES = {"A": ("192.0.2.1",), "AAAA": ("2001:db8::1",)}
Web = dict[Question, Observation]


def seen(question: Question, *answers: str) -> Observation:
    return Observation(question, Outcome.SEEN, answers)


def failed(question: Question) -> Observation:
    return Observation(question, Outcome.FAILED, detail="REFUSED", fault=Fault.NETWORK)


def explore(web: Web, nowhere: tuple[str, ...] = ()) -> list[Question]:
    """All that is asked, in order, where every name has addresses but those of `nowhere`, and what
    is not told answers 200."""
    facts: dict[Question, Observation] = {}
    asked: list[Question] = []
    while wanted := [each for each in web_questions(BODY, facts) if each not in facts]:
        for each in wanted:
            if is_web(each):
                asked.append(each)
                facts[each] = web.get(each, seen(each, "status 200"))
            else:
                facts[each] = (
                    absent(each) if each.name in nowhere else seen(each, *ADDRESSES[each.type])
                )
    return asked


def to(name: str, rtype: str, *locations: str) -> Web:
    return {
        q(name, rtype): seen(
            q(name, rtype), *(f"location {each}" for each in locations), "status 301"
        )
    }


def failing(name: str, rtype: str) -> Web:
    return {q(name, rtype): failed(q(name, rtype))}


APEX, WWW = q("body.example", HTTPS), q("www.body.example", HTTPS)


def test_https_of_the_domain_and_of_www_is_asked_and_http_only_where_it_failed():
    assert explore({}) == [APEX, WWW]
    assert explore(failing(*_of(APEX))) == [APEX, WWW, q("body.example", HTTP)]


def test_a_name_without_an_address_is_not_asked():
    assert explore({}, nowhere=("body.example",)) == [WWW]


def test_nothing_is_asked_before_both_kinds_of_address_are_known():
    facts = {q("body.example", "A"): seen(q("body.example", "A"), "192.0.2.1")}
    assert not [each for each in web_questions(BODY, facts) if is_web(each)]


def test_addresses_are_those_of_our_own_observations():
    facts = {q("h", rtype): seen(q("h", rtype), *ADDRESSES[rtype]) for rtype in ADDRESSES}
    assert addresses_for(facts, "h") == ("192.0.2.1", "2001:db8::1")


def test_a_redirect_to_another_host_is_followed_by_questions_of_its_own():
    assert explore(to(*_of(APEX), "https://city.example/")) == [APEX, WWW, q("city.example", HTTPS)]
    facts = {each: seen(each, *ADDRESSES[each.type]) for each in web_questions(BODY, {})}
    facts |= to(*_of(APEX), "https://city.example/")
    assert {q("city.example", "A"), q("city.example", "AAAA")} <= set(web_questions(BODY, facts))


def test_a_redirect_to_a_name_without_an_address_ends_there():
    assert explore(to(*_of(APEX), "https://city.example/"), ("city.example",)) == [APEX, WWW]


def test_a_redirect_from_https_to_http_and_back_ends():
    web = to(*_of(APEX), "http://body.example/") | to("body.example", HTTP, "https://body.example/")
    assert explore(web) == [APEX, WWW, q("body.example", HTTP)]


def test_a_failing_host_behind_a_redirect_is_not_asked_by_http():
    web = to(*_of(APEX), "https://city.example/") | failing("city.example", HTTPS)
    assert q("city.example", HTTP) not in explore(web)


def test_no_more_hops_are_followed_than_five_from_a_name():
    chain = {**to(*_of(APEX), "https://h1.example/")}
    for n in range(1, 20):
        chain |= to(f"h{n}.example", HTTPS, f"https://h{n + 1}.example/")
    assert [each.name for each in explore(chain)][2:] == [
        f"h{n}.example" for n in range(1, MAX_HOPS + 1)
    ]


def test_a_loop_of_hosts_ends():
    web = to(*_of(APEX), "https://a.example/") | to("a.example", HTTPS, "https://b.example/")
    web |= to("b.example", HTTPS, "https://a.example/")
    assert explore(web) == [APEX, WWW, q("a.example", HTTPS), q("b.example", HTTPS)]


def test_a_redirect_to_an_address_or_another_port_is_not_followed():
    for url in (
        "http://127.0.0.1/",
        "http://169.254.169.254/",
        "https://[::1]/",
        "https://city.example:8443/",
    ):
        assert explore(to(*_of(APEX), url)) == [APEX, WWW]


def _of(question: Question) -> tuple[str, str]:
    return question.name, question.type


NAMES = [
    DomainName(name)
    for name in ("body.example", "www.body.example", *(f"h{n}.example" for n in range(12)))
]
URLS = st.builds("{}://{}/".format, st.sampled_from(["http", "https"]), st.sampled_from(NAMES))


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(NAMES), st.sampled_from([HTTP, HTTPS])),
        st.one_of(st.none(), URLS),
    )
)
def test_whatever_redirects_say_the_plan_ends_within_its_budget(links):
    web: Web = {}
    for (name, rtype), url in links.items():
        web |= to(name, rtype, url) if url else failing(name, rtype)
    asked = explore(web)
    assert len(asked) == len(set(asked)) <= MAX_QUESTIONS
