"""The plan is a function of what is known, and only grows."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.collect.dns.plan import plan
from sovscan.core.model import Fault, Observation, Outcome, Question
from sovscan.core.registry import Probe
from tests.conftest import target

BODY = target("a.b.town.be")
PROBES = (
    Probe(name="selector1._domainkey", type="CNAME"),
    Probe(name="_vendor._tcp", type="SRV"),
)
HOSTS = ("h1.example", "h2.example", "a.b.town.be", "town.be", ".", "192.0.2.9", "x" * 70)
ANSWERS = {
    "MX": [f"{place} {host}" for place, host in enumerate(HOSTS)] + ["nonsense", "ten h1.example"],
    "NS": HOSTS,
    "A": ("192.0.2.1", "198.51.100.2"),
    "AAAA": ("2001:db8::1",),
    # One include a record: ten look-ups are never spent, however the tree grows.
    "TXT": [f"v=spf1 include:{host} -all" for host in HOSTS] + ["v=spf1 include:%{d}.x -all", ""],
}


@st.composite
def observations(draw, question: Question) -> Observation:
    outcome = draw(st.sampled_from((Outcome.SEEN, Outcome.ABSENT, Outcome.FAILED)))
    if outcome is Outcome.SEEN:
        pool = ANSWERS.get(question.type, ("data",))
        count = 1 if question.type == "TXT" else 3
        answers = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=count, unique=True))
        return Observation(question, outcome, tuple(sorted(answers)))
    if outcome is Outcome.ABSENT:
        return Observation(
            question, outcome, detail=draw(st.sampled_from(("NODATA", "NODATA", "NXDOMAIN")))
        )
    return Observation(question, outcome, detail="TIMEOUT", fault=Fault.NETWORK)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_planning_again_with_more_facts_never_drops_a_question_and_comes_to_an_end(data):
    facts: dict[Question, Observation] = {}
    before: set[Question] = set()
    for _ in range(100):
        wanted = plan(BODY, facts, PROBES)
        assert len(set(wanted)) == len(wanted)
        assert before <= set(wanted)
        assert set(facts) <= set(wanted)
        before = set(wanted)
        open_questions = [question for question in wanted if question not in facts]
        if not open_questions:
            return
        some = data.draw(st.sampled_from((len(open_questions), 1 + len(open_questions) // 2)))
        for question in open_questions[:some]:
            facts[question] = data.draw(observations(question))
    raise AssertionError("the plan did not come to an end")


@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_the_plan_does_not_depend_on_the_order_in_which_answers_came(data):
    facts = {each: data.draw(observations(each)) for each in plan(BODY, {}, PROBES)}
    facts |= {each: data.draw(observations(each)) for each in plan(BODY, facts, PROBES)}
    shuffled = dict(data.draw(st.permutations(sorted(facts.items()))))
    assert plan(BODY, facts, PROBES) == plan(BODY, shuffled, PROBES)
