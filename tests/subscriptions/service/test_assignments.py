"""Assignments in the list's own form: beside the releases, never ticked beforehand."""

from bs4 import BeautifulSoup

from plugins.subscriptions.reader import ASSIGNMENTS
from plugins.subscriptions.service.asking import TOPIC
from plugins.subscriptions.service.look import topics
from tests.subscriptions.service.conftest import OFFER


def test_it_is_a_choice_of_its_own_and_no_subject_among_others():
    assert TOPIC.fullmatch(ASSIGNMENTS)
    assert all(ASSIGNMENTS not in dict(subjects) for _kind, subjects in topics(OFFER, "sv", [ASSIGNMENTS]))


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def test_a_reader_can_choose_it_and_let_it_go(served):
    number = served.subscribed("anna@example.test")
    link = served.manage_link(number)
    box = soup(served.client.get(link)).select_one(f"[name=topics][value={ASSIGNMENTS}]")
    assert not box.has_attr("checked")
    chosen = {"language": "sv", "frequency": "at_once"}
    served.client.post(link, data={**chosen, "topics": [ASSIGNMENTS]})
    assert served.reader("anna@example.test").choice.topics == {ASSIGNMENTS}
    assert soup(served.client.get(link)).select_one(f"[name=topics][value={ASSIGNMENTS}]").has_attr("checked")
    served.client.post(link, data=chosen)
    assert served.reader("anna@example.test").choice.topics == frozenset()
