"""The sentences of docs/accuracy.md. No figure stands here: figures come from the run."""

ATTRIBUTION = """## Source
Recorded answers and names: the DNS cache of mxmap.it (github.com/mxmap-it/mxmap.it), April and May
2026, CC BY-SA 4.0; as kept in the recorded world `benelux-dev`, whose makers rebuilt MX preferences
(all 10) and the addresses of MX hosts (an address that the recorded AS originates). The recorded
names and values on this page are under the same licence."""

TEXTS = {
    "opening": """# How often the classification is right
Written by `python -m bench.accuracy`; every figure is of that run, and the same data give the same
bytes. A claim is a finding that names somebody (`ATTRIBUTED` or `OWN`); it is **right** where a
label of the same domain and role names its vendor, its operator or somebody who stands above them.
`unknown` and `CONFLICTING` claim nothing: they cost recall, never precision. Intervals are
Wilson's, at 95 %. Classes are those of the vendor's controller on the registry's day; *control
open* means a named vendor of which it is known that somebody stands above it, but not who.

What was recorded, what was made up for a test, and what somebody judged by hand are three sources
of labels. They stand in three chapters and are in no figure together.""",
    "recorded": """## Recorded domains with a label
The labels say what the raw records leave no doubt about: `mailbox` (two vendors, or `unknown` for a
known filter with no sign of what is behind it) and `inbound` (who controls the operator of the MX).
They were written by the makers of the recording, from the same records. So this measures the
reading of records; whether the records tell the truth about a body, nobody measured.""",
    "second": """### A second opinion
The recording comes with a script of its own that holds findings against the labels, with rules of
its own. It says of the same findings:""",
    "unlabelled": """### Where no label speaks
Findings in the same roles, on domains whose label is empty: vanity hosts, hybrids, resellers,
contradictions. No figure above is about them; part of them was judged by hand, below.""",
    "plain": """## Beside a plain reading
The plain reading is *the MX host says it*: of the MX hosts at the lowest preference, the vendors
whose rule in the role `mailbox` knows the host's name are the mailbox; else, where such a host lies
within the body's own registrable domain, the mailbox is its own; else it is unknown. Nothing but MX
host names is looked at (`bench/accuracy_plain.py`).

It finds the vendor of {found} of the {labels} mailboxes that a label names. Ours and the plain
reading differ on {differing} of {bodies} bodies.""",
    "by hand": """## Judged by hand
{size} findings of the e-mail service, of all roles, are drawn with a fixed seed: every kind (role,
finding, class, confidence, kind of signal) has one at least, the rest goes by the square root of a
kind's size. So rare kinds weigh more than they occur, and a share over several kinds is no rate of
the whole. Each was held against the recorded rows as they stand in the file; the judge saw the
finding, too. Verdicts are about vendor, role and confidence, not about who owns the vendor, which
no DNS record shows. *Right* for a finding that names nobody: the records settle nothing either.
*Doubtful*: the records show something else as well, or more than was said. The table is
[accuracy-sample.md](accuracy-sample.md), the verdicts are in `bench/checked-by-hand.csv`; one
whose finding has changed since is not counted. The judge also wrote this measure, and is no second
institution.""",
    "census": """### Every mailbox without a label
The mailboxes of the domains whose label is empty are judged by hand, in the draw or out of it: no
sample, but the whole of the hard part. With the labels they are meant to cover every mailbox
finding of the recording; how many they do cover stands below.""",
    "constructed": """## Constructed cases
Worlds that somebody made up so that one answer is right, each a case that a domain really shows or
that a hostile or careless operator can make. The rules were written until these come out: they show
that nothing is broken, and say nothing about how often the tool is right outside.""",
    "symmetry": """Whether one vendor of mailboxes is easier to find than another is asked of worlds
made from the examples of its own rules: [symmetry.md](symmetry.md). They are counted there.""",
    "limits": """## What this does not say
- The labels are of e-mail only. The recording holds no name servers, no web addresses and no pages:
  for DNS, hosting and CDN there are the constructed cases and nothing else.
- Nearly all labelled mailboxes are of one vendor, so that recall for other classes rests on few
  labels or on none.
- Recorded MX records all have preference 10: backups are not measured.
- Labels and findings read the same records. A body that keeps old records is misread by both.
- `confirmed`, `likely` and `possible` were measured on this part of the Benelux; elsewhere other
  vendors are common, and the figures may differ.""",
    "sample": """# Fifty findings, by hand
{size} findings of the e-mail service, drawn with the seed `{seed}` (bench/accuracy_sample.py), with
the recorded facts beside them. Verdict and reason are filled in by hand, in
`bench/checked-by-hand.csv`; `python -m bench.accuracy` writes them here. AS numbers are looked up
in the table of networks that comes with the tool; all else is as recorded.""",
    "beyond": """## Judged beyond the draw
{count} findings: the mailboxes of domains without a label, and what an earlier draw brought up.""",
}
