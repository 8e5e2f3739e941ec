"""Hostile judgements, that every form of the argument must bear."""

from dataclasses import replace

from sovscan.core.model import Attribution, Party, Reason
from sovscan.report.argument import Case

HOSTILE = 'x\x1b[2J\u202e"\n\\'


def hostile(made: Case, value: str = HOSTILE) -> Case:
    """The same judgement, had the facts held a text that no zone file should hold, wherever a text of
    the network can stand."""

    def twist(attribution: Attribution) -> Attribution:
        return replace(
            attribution,
            parties=tuple(map(twist_party, attribution.parties)),
            conflicts=(
                Reason("unsettled", (("says", value), ("signal", "mx-host"), ("value", value))),
            ),
            reasons=(Reason("unrecognised-host", (("host", value),)),),
        )

    def twist_party(party: Party) -> Party:
        first, *rest = party.evidence
        signal = replace(first.signal, value=value)
        reason = Reason("network", (("asn", "1"), ("organisation", value), ("country", value)))
        return replace(party, evidence=(replace(first, signal=signal), *rest), reasons=(reason,))

    judgement = made.assessment
    attributions = tuple(map(twist, judgement.attributions))
    target = replace(judgement.target, name=value)
    facts = {question: twisted(fact, value) for question, fact in made.facts.items()}
    return replace(
        made,
        facts=facts,
        assessment=replace(judgement, target=target, attributions=attributions),
    )


def twisted(fact, value):
    named = fact.question.type in {"MX", "TXT", "CNAME", "SRV"}
    answers = tuple(f"{answer}{value}" if named else answer for answer in fact.answers)
    made = fact.provenance and replace(fact.provenance, resolver=value)
    return replace(fact, answers=answers, provenance=made)
