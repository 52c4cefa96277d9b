"""`press publish` to each kind of host, with the real command and a real server: what readers get after each step."""

import contextlib
import os
import subprocess
import uuid

import pytest

from plugins.publishing.targets.s3 import store
from tests.desk.conftest import NEWSROOM, ROOT
from tests.desk.published import Press
from tests.publishing.conftest import free_port, program, running, s3_address, ssh

__all__ = ["s3_address", "ssh"]

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-north-1"}
FOLDERS = "absolute_redirect off; root {root}; location / {{ try_files $uri $uri/index.html =404; }}"
STORE = "location / {{ rewrite ^(.*)/$ $1/index.html; proxy_pass {store}/{bucket}/; }}"
"""What the network in front of a store does: it leads a folder's address to its page."""


@contextlib.contextmanager
def readers(desk, folder, server):
    """Answer a press officer whose site a plain nginx sends, as the lines for its server say."""
    binary, port = program("nginx"), free_port()
    for name in ("plugins", "theme"):
        (desk.root / name).symlink_to(ROOT / name)
    url = f"http://127.0.0.1:{port}"
    newsroom = NEWSROOM.replace("https://press.example.org", url)
    (desk.root / "content/newsroom.yaml").write_text(newsroom, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr crit;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}server {{ listen 127.0.0.1:{port}; {server} }}\n}}\n"
    )
    command = (binary, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr")
    with running(*command, port=port, log=folder / "log"):
        yield Press(desk, url, folder / "srv")


def assert_all_goes_well(press):
    """Publish, publish nothing, add a release, make a mistake that only looks wrong, and take that back."""
    assert press.publish("--first")["result"] == "published"
    assert "Första meddelandet" in press.get("/").text
    assert press.publish()["result"] == press.publish()["result"] == "nothing"

    press.write("nytt", "Ett nytt", id="nyttnytt")
    answer = press.publish()
    assert (answer["result"], answer["faults"]) == ("published", [])
    assert [each["id"] for each in answer["effects"]["releases"]] == ["nyttnytt"]
    assert "Ett nytt" in press.get("/pressmeddelanden/2026/nytt/").text
    assert "Ett nytt" in press.get("/feed.atom").text
    assert press.publish()["result"] == "nothing"

    newsroom = press.desk.root / "content/newsroom.yaml"
    right = newsroom.read_text(encoding="utf-8")
    newsroom.write_text(right.replace("Välkommen.", "Välkomen."), encoding="utf-8")
    assert press.publish()["result"] == "published"
    assert "Välkomen." in press.get("/").text
    taken_back = press("rollback", "--json", "--wait", "0").json
    assert (taken_back["result"], taken_back["faults"]) == ("published", [])
    assert "Välkommen." in press.get("/").text and "Ett nytt" in press.get("/").text
    assert press.publish()["result"] == "nothing"
    newsroom.write_text(right, encoding="utf-8")
    assert press.publish("--yes")["result"] == "nothing"


@pytest.mark.parametrize("kind", ["rsync", "rsync-in-place"])
def test_another_machine_by_rsync(desk, tmp_path, ssh, kind):
    root, is_link = tmp_path / "srv", kind == "rsync"
    root.mkdir()
    # whoever publishes has their key and the host's name in ~/.ssh; here a program of that name brings them along
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/ssh").write_text(f'#!/bin/sh\nexec {ssh} "$@"\n', encoding="utf-8")
    (tmp_path / "bin/ssh").chmod(0o755)
    with readers(desk, tmp_path, FOLDERS.format(root=root / "current" if is_link else root)) as press:
        press.extra = (
            ("PRESSROOM_TARGET", f"{kind}:127.0.0.1:{root}"), ("PATH", f"{tmp_path}/bin:{os.environ['PATH']}"),
        )  # fmt: skip
        assert_all_goes_well(press)
    assert (root / "current").is_symlink() == is_link


def test_a_store(desk, tmp_path, s3_address):
    bucket = f"bucket-{uuid.uuid4()}"
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-north-1"}
    client = store(endpoint_url=s3_address, **keys)
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    reads = f'{{"Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{bucket}/*"}}]}}'  # noqa: E501
    client.put_bucket_policy(Bucket=bucket, Policy=reads)
    with readers(desk, tmp_path, STORE.format(store=s3_address, bucket=bucket)) as press:
        endpoint = ("AWS_ENDPOINT_URL_S3", s3_address)
        press.extra = (("PRESSROOM_TARGET", f"s3:{bucket}"), endpoint, *KEYS.items())
        assert_all_goes_well(press)
        assert press.get("/feed.atom").headers["Content-Type"] == "application/atom+xml; charset=utf-8"


def test_a_branch(desk, tmp_path):
    repository, pages = tmp_path / "room.git", tmp_path / "pages"
    pages.mkdir()
    subprocess.run([program("git"), "init", "--quiet", "--bare", repository], check=True, timeout=60)
    # what a forge does with a branch that is pushed
    hook = repository / "hooks/post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ngit --work-tree={pages} checkout --quiet --force gh-pages\n")
    hook.chmod(0o755)
    with readers(desk, tmp_path, FOLDERS.format(root=pages)) as press:
        press.extra = (("PRESSROOM_TARGET", f"git:{repository}#gh-pages"),)
        assert_all_goes_well(press)
        assert press.get("/_headers").text.startswith("/*\n")
    commits = subprocess.run(
        ["git", "--git-dir", repository, "rev-list", "gh-pages"], check=True, capture_output=True, timeout=60
    )
    assert len(commits.stdout.split()) == 4
