"""A message before and after it is sent, for a terminal."""

from segsync.core.message import LIMIT, Publication, PublishResult, Sending
from segsync.render.escape import shown

_LAST_WORDS = {
    Sending.SENT: "Publish: sent.",
    Sending.ALREADY_SENT: "Publish: already sent, nothing was sent now.",
    Sending.FAILED: "Publish: failed, nothing was sent.",
    Sending.UNKNOWN: "Publish: unknown.",
    Sending.DRY_RUN: "Publish: dry run, nothing was sent. The body would be:",
}


def preview(publication: Publication) -> str:
    """What goes to whom."""
    message = publication.message
    rows = [
        ("to", f"{publication.address}, which is {_people(publication)}"),
        *message.texts,
        *([("data", ", ".join(message.document["data"]))] if message.document.get("data") else []),
        ("kept for", message.ttl or "four weeks"),
        ("size", f"{len(message.encoded)} of {LIMIT} bytes"),
        *([("once", publication.once)] if publication.once else []),
    ]
    width = max(len(name) for name, _ in rows)
    return "".join(f"  {name:{width}}  {shown(text)}\n" for name, text in rows)


def question(publication: Publication) -> str:
    return f"Send this to everyone in {shown(_people(publication))}? It cannot be taken back."


def result(result: PublishResult) -> str:
    """The line that scripts may match, and RuStore's words or (dry run) the exact body."""
    lines = [_LAST_WORDS[result.outcome]]
    if result.answer is not None:
        lines.append(f"RuStore: {shown(result.answer)}")
    if result.outcome is Sending.DRY_RUN:
        lines.append(result.publication.message.encoded.decode("utf-8"))
    return "\n".join(lines) + "\n"


def _people(publication: Publication) -> str:
    return f"myTracker segment {publication.segment} of push project {publication.project}"
