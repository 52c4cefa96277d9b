import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from plugins.subscriptions.delivery import DeliveryState
from plugins.subscriptions.mailing import Intake
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store, Unusable
from tests.subscriptions.people import DAY, HOUR, MINUTE, NOW, announcement, asked, sent, subscribed, told


def test_a_new_list_mails_from_where_it_is(store: Store, settings: Settings) -> None:
    store.instance.check()
    store.instance.beat()
    again = Store.open(settings)
    again.instance.check()
    again.close()


def test_another_machine_may_not_mail_until_it_joins(store: Store, settings: Settings, tmp_path: Path) -> None:
    store.instance.check()
    store.instance.beat()
    other = Store.open(replace(settings, state=tmp_path / "other"))
    with pytest.raises(Unusable, match="not the one that this machine mails from"):
        other.instance.check()
    other.instance.join()
    other.instance.check()
    store.instance.check()
    other.close()


def test_a_clone_mails_nobody_by_itself(sqlite_settings: Settings, tmp_path: Path) -> None:
    store = Store.open(sqlite_settings)
    store.instance.beat()
    store.close()
    clone = tmp_path / "clone"
    shutil.copytree(sqlite_settings.state, clone, ignore=shutil.ignore_patterns("instance.json"))
    cloned = Store.open(replace(sqlite_settings, state=clone, database=f"sqlite:///{clone}/list.sqlite"))
    with pytest.raises(Unusable, match="press subscribers adopt"):
        cloned.instance.beat()
    cloned.close()


def test_a_backup_restored_in_place_mails_nobody_by_itself(sqlite_settings: Settings, tmp_path: Path) -> None:
    store = Store.open(sqlite_settings)
    store.instance.beat()
    store.close()
    shutil.copy(sqlite_settings.state / "list.sqlite", tmp_path / "backup")
    store = Store.open(sqlite_settings)
    store.instance.beat()
    store.close()
    shutil.copy(tmp_path / "backup", sqlite_settings.state / "list.sqlite")
    restored = Store.open(sqlite_settings)
    with pytest.raises(Unusable, match="gone back in time"):
        restored.instance.check()
    restored.close()


def test_who_adopts_a_copy_decides_what_of_the_past_is_told(store: Store) -> None:
    subscribed(store, "anna@example.se")
    store.instance.beat()
    told(store, announcement())
    store.mailings.take_in([announcement(), announcement("bbbbbbbb")], NOW + HOUR)
    assert store.instance.adopt(NOW + HOUR) == 1
    store.instance.check()

    later = [announcement(), announcement("bbbbbbbb"), announcement("cccccccc", at=NOW + HOUR)]
    assert store.mailings.take_in(later, NOW + HOUR) == Intake(baseline=1), "told by the other one meanwhile"
    assert store.mailings.fan_out_due(NOW + 2 * HOUR) == []
    assert sent(store, NOW + 2 * HOUR) == []
    assert store.answers.status().held == 1

    store.mailings.resume("bbbbbbbb", NOW + 2 * HOUR)
    store.mailings.fan_out_due(NOW + 2 * HOUR)
    assert len(sent(store, NOW + 2 * HOUR)) == 1
    assert store.ledger.requeue_held(None, NOW + 2 * HOUR) == 1
    assert len(sent(store, NOW + 2 * HOUR)) == 1


def test_the_one_that_was_left_behind_may_not_mail_any_more(store: Store, settings: Settings, tmp_path: Path) -> None:
    store.instance.beat()
    other = Store.open(replace(settings, state=tmp_path / "other"))
    other.instance.adopt(NOW)
    with pytest.raises(Unusable):
        store.instance.beat()
    other.instance.beat()
    other.close()


def test_a_letter_under_way_when_a_copy_is_adopted_is_held(store: Store) -> None:
    asked(store, "anna@example.se")
    (claim,) = store.ledger.exchange("w", (), 1, NOW).claims
    store.instance.adopt(NOW)
    assert not store.ledger.ours(claim)
    assert store.ledger.counts()[DeliveryState.HELD] == 1


def test_an_unreadable_file_is_told_of(sqlite_store: Store, sqlite_settings: Settings) -> None:
    sqlite_store.instance.check()
    (sqlite_settings.state / "instance.json").write_text("{", encoding="utf-8")
    with pytest.raises(Unusable, match=r"instance\.json can.t be read"):
        sqlite_store.instance.check()


def test_a_restored_backup_tells_nothing_old_even_when_adopted(store: Store) -> None:
    subscribed(store, "anna@example.se")
    told(store, announcement())
    store.instance.adopt(NOW + 3 * DAY)
    store.ledger.requeue_held(None, NOW + 3 * DAY)
    assert sent(store, NOW + 3 * DAY + MINUTE) == []
