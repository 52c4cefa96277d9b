"""What another process finds out is what this one would have found out."""

import os
import signal
import threading

import pytest

from plugins.reading.processes.apart import ask


@pytest.mark.parametrize("apart", [True, False])
def test_a_question_is_answered(apart):
    answer = bytes(range(256)) * 4096  # more than a pipe holds
    question = ask(lambda tell: answer, apart=apart)
    assert not question.has_hinted
    assert question.answer == question.answer == answer


def test_it_is_another_process_that_answers():
    assert ask(lambda tell: str(os.getpid()).encode(), apart=True).answer != str(os.getpid()).encode()


def test_a_hint_comes_before_the_answer():
    heard, told = os.pipe()

    def question(tell):
        tell()
        os.read(heard, 1)
        return b"answered"

    asked = ask(question, apart=True)
    assert asked.has_hinted
    os.write(told, b"!")
    assert asked.answer == b"answered"


@pytest.mark.parametrize("apart", [True, False])
def test_who_stands_back_answers_all_the_same(apart):
    question = ask(lambda tell: b"answered", apart=apart)
    question.stand_back()
    assert question.answer == b"answered"
    question.stand_back()


def test_who_does_not_wait_for_the_hint_has_the_answer():
    def question(tell):
        tell()
        tell()
        return b"answered"

    assert ask(question, apart=True).answer == ask(question, apart=False).answer == b"answered"


def test_a_system_without_room_for_another_process_is_no_hindrance(monkeypatch):
    def full():
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", full)
    assert ask(lambda tell: b"answered", apart=True).answer == b"answered"


def cut_short(tell):
    """A thread stops the process in the middle of a long answer."""
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return b"answered" * 100_000


ENDS = [lambda tell: os.kill(os.getpid(), signal.SIGKILL), lambda tell: 1 / 0, lambda tell: tell() or 1 / 0, cut_short]


@pytest.mark.parametrize("end", ENDS)
def test_what_another_process_fails_to_answer_is_answered_here(end, capfd):
    here = os.getpid()

    def question(tell):
        return b"answered here" if os.getpid() == here else end(tell)

    asked = ask(question, apart=True)
    if end is cut_short:
        threading.Event().wait(0.3)
    assert asked.answer == b"answered here"
    assert capfd.readouterr().err == ""
