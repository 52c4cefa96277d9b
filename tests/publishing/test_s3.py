"""An S3-compatible store, a real one on this machine: in order, with types and lifetimes."""

import itertools
import uuid
from hashlib import md5

import pytest

from plugins.publishing import headers
from plugins.publishing.manifest import RECORD, Manifest
from plugins.publishing.targets.s3 import S3, store
from plugins.publishing.trouble import Trouble
from tests.publishing.editions import NEW, OLD, assert_nothing_leads_astray, deploy, shipped
from tests.publishing.killing import killed_at

KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-north-1"}


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions")
    return shipped(folder / "old", OLD), shipped(folder / "new", NEW)


@pytest.fixture
def bucket(s3_address):
    """Answer the name of a new, empty bucket."""
    name = f"bucket-{uuid.uuid4()}"
    client = store(endpoint_url=s3_address, **KEYS)
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    return name


def target(s3_address, bucket, folder=""):
    return S3(store(endpoint_url=s3_address, **KEYS), bucket, folder)


KNOWN = {md5(data, usedforsecurity=False).hexdigest(): data for data in [*OLD.values(), *NEW.values(), b""]}


def seen(s3, prefix=""):
    """Answer what readers see, as the store's own digests tell it."""
    listed = s3.client.list_objects_v2(Bucket=s3.bucket, Prefix=prefix).get("Contents", [])
    found = {each["Key"].removeprefix(prefix): each["ETag"].strip('"') for each in listed}
    return {path: KNOWN[digest] for path, digest in found.items() if path != RECORD}


def test_only_what_changed_is_sent_and_strangers_stay(s3_address, bucket, editions):
    old, new = editions
    s3 = target(s3_address, bucket, "press")
    s3.client.put_object(Bucket=bucket, Key="stranger.html", Body=b"mine")
    assert s3.held().files == {}
    deploy(s3, old)
    assert seen(s3, "press/") == OLD
    before = s3.client.head_object(Bucket=bucket, Key="press/releases/2030/a/picture.jpg")["LastModified"]
    plan = deploy(s3, new)
    assert seen(s3, "press/") == NEW
    assert "releases/2030/a/picture.jpg" not in plan.uploads
    assert s3.client.head_object(Bucket=bucket, Key="press/releases/2030/a/picture.jpg")["LastModified"] == before
    assert s3.client.get_object(Bucket=bucket, Key="stranger.html")["Body"].read() == b"mine"
    assert deploy(s3, new).is_empty
    s3.client.delete_object(Bucket=bucket, Key="press/index.html")
    s3.client.put_object(Bucket=bucket, Key="press/feed.atom", Body=b"defaced")
    assert sorted(deploy(s3, new).uploads) == ["feed.atom", "index.html"]
    assert seen(s3, "press/") == NEW


def kept(s3, path):
    """Answer the type and the lifetime that the store keeps with an object."""
    found = s3.client.head_object(Bucket=s3.bucket, Key=path)
    return found["ContentType"], found["CacheControl"]


def test_objects_have_their_types_and_lifetimes(s3_address, bucket, editions):
    s3 = target(s3_address, bucket)
    deploy(s3, editions[0])
    assert kept(s3, "feed.atom") == ("application/atom+xml; charset=utf-8", "public, max-age=300")
    style = ("text/css; charset=utf-8", "public, max-age=31536000, immutable")
    assert kept(s3, "theme/style.11111111.css") == style


def test_other_rules_are_other_objects(s3_address, bucket, editions, monkeypatch):
    s3 = target(s3_address, bucket)
    deploy(s3, editions[0])
    monkeypatch.setattr("plugins.publishing.targets.s3.KEPT_WITH_FILES", "another")
    monkeypatch.setattr(headers, "MINUTES", 60)
    assert len(deploy(s3, editions[0]).uploads) == len(OLD)
    assert kept(s3, "feed.atom")[1] == "public, max-age=60"


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_at_any_request_nothing_leads_astray_and_the_next_run_finishes(s3_address, bucket, editions):
    old, new = editions
    s3, unused = target(s3_address, bucket), target(s3_address, bucket)  # a connection can't be shared by processes
    for step in itertools.count():
        deploy(s3, old)
        was_killed = killed_at(step, lambda: deploy(unused, new), {"http.client.send"})
        assert_nothing_leads_astray(seen(s3))
        if not was_killed:
            break
        if step % 2:  # else the edition changes back meanwhile
            deploy(s3, new)
            assert seen(s3) == NEW
    assert step > 12


def test_a_long_list_of_objects_is_read_and_removed_whole(s3_address, bucket, tmp_path, monkeypatch):
    monkeypatch.setattr("plugins.publishing.targets.s3._NAMED_AT_ONCE", 3)
    s3 = target(s3_address, bucket)
    many = shipped(tmp_path / "many", {f"{number}.txt": b"" for number in range(10)})
    deploy(s3, many)
    assert s3.held().files == many.manifest.files
    deploy(s3, shipped(tmp_path / "few", {"only.txt": b""}))
    assert seen(s3) == {"only.txt": b""}


def test_a_store_that_cannot_be_reached_is_told_of(s3_address):
    with pytest.raises(Trouble, match="the store nothing can't be used"):
        target(s3_address, "nothing").held()
    assert Manifest.of_json(b"<html>an error page</html>") == Manifest()
