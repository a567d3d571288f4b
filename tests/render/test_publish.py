from segsync.core.message import Message, Publication, PublishResult, Sending
from segsync.render import publish

SPRING = {
    "notification": {"title": "Spring sale", "body": "Half price\nuntil Sunday", "image": "https://example.com/a.png"},
    "data": {"campaign": "spring", "x\x1b[2J": "1"},
    "android": {"ttl": "3600s"},
}


def publication(document: object = SPRING, once: str | None = "spring") -> Publication:
    assert isinstance(document, dict)
    return Publication("shop/payers", "Zq3vX0c8", "1742", Message(document), once)


def test_a_preview_tells_what_goes_to_whom() -> None:
    size = len(publication().message.encoded)
    assert publish.preview(publication()) == (
        "  to                  shop/payers, which is myTracker segment 1742 of push project Zq3vX0c8\n"
        "  notification.title  Spring sale\n"
        "  notification.body   Half price\\nuntil Sunday\n"
        "  notification.image  https://example.com/a.png\n"
        "  data                campaign, x\\x1b[2J\n"
        "  kept for            3600s\n"
        f"  size                {size} of 4096 bytes\n"
        "  once                spring\n"
    )


def test_a_short_message_has_a_short_preview() -> None:
    assert publish.preview(publication({"data": {"a": "b"}}, once=None)) == (
        "  to        shop/payers, which is myTracker segment 1742 of push project Zq3vX0c8\n"
        "  data      a\n"
        "  kept for  four weeks\n"
        "  size      30 of 4096 bytes\n"
    )


def test_the_question_says_that_there_is_no_way_back() -> None:
    assert publish.question(publication()) == (
        "Send this to everyone in myTracker segment 1742 of push project Zq3vX0c8? It cannot be taken back."
    )


def test_a_result_is_one_line_and_what_belongs_to_it() -> None:
    def told(outcome: Sending, answer: str | None = None) -> str:
        return publish.result(PublishResult(publication({"data": {"a": "b"}}), outcome, 0, answer))

    assert told(Sending.SENT, "done\x1b[2J") == "Publish: sent.\nRuStore: done\\x1b[2J\n"
    assert told(Sending.ALREADY_SENT) == "Publish: already sent, nothing was sent now.\n"
    assert told(Sending.FAILED) == "Publish: failed, nothing was sent.\n"
    assert told(Sending.UNKNOWN) == "Publish: unknown.\n"
    assert told(Sending.DRY_RUN) == (
        'Publish: dry run, nothing was sent. The body would be:\n{"message":{"data":{"a":"b"}}}\n'
    )
