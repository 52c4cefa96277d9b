"""An S3-compatible store: objects with the right type and lifetime, sent several at a time, in order.

A store can't switch at once: while it lasts readers can meet old and new pages side by side, but each object is whole,
and nothing leads to what isn't there yet. It neither compresses nor sends the other headers; the network in front of it
(CloudFront and the like) does that, and leads `/om/` to `/om/index.html`.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import md5
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from plugins.publishing.headers import KEPT_WITH_FILES, cache_control, media_type
from plugins.publishing.manifest import RECORD, Manifest
from plugins.publishing.plan import Plan
from plugins.publishing.shipment import Shipment
from plugins.publishing.targets.target import Target, own_files, silent
from plugins.publishing.trouble import Trouble

AT_ONCE = 16
_NAMED_AT_ONCE = 1000  # what one ListObjectsV2 answers and one DeleteObjects takes


def store(**options: Any) -> Any:
    """Answer a client; keys, region and AWS_ENDPOINT_URL_S3 are taken from where boto3 always looks for them."""
    config = Config(  # type: ignore[no-untyped-call]
        retries={"mode": "standard", "max_attempts": 5},
        connect_timeout=20,
        read_timeout=60,
        max_pool_connections=AT_ONCE,
        # newer kinds of checksums are unknown to many compatible stores; we send MD5, which all of them check
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    try:
        return boto3.client("s3", config=config, **options)  # type: ignore[no-untyped-call]
    except (BotoCoreError, ValueError) as error:
        raise Trouble("the store can't be used: {why}", why=error) from None


class S3(Target):
    """A bucket, or a folder in one. What others put there is left alone."""

    switches_at_once = False

    def __init__(self, client: Any, bucket: str, folder: str = "") -> None:
        self.client = client
        self.bucket = bucket
        self.prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""

    def held(self) -> Manifest:
        record = self.read(RECORD)
        manifest = Manifest.of_json(record) if record is not None else Manifest()
        # an object keeps its headers until it is sent again
        files = manifest.files if manifest.sent_as == KEPT_WITH_FILES else manifest.unsure_of(manifest.files).files
        return replace(manifest, files=files, sent_as="").confirmed(own_files(self._listing()))

    def version(self) -> str:
        listed = self._ask("list_objects_v2", Prefix=self.prefix + RECORD, MaxKeys=1).get("Contents", [])
        return str(listed[0]["ETag"]) if listed else ""

    def read(self, path: str) -> bytes | None:
        try:
            answer = self._ask("get_object", Key=self.prefix + path)
        except Trouble as trouble:
            cause = trouble.__cause__
            if isinstance(cause, ClientError) and cause.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise
        data: bytes = answer["Body"].read()
        return data

    def deploy(self, shipment: Shipment, plan: Plan, done: Callable[[str], None] = silent) -> None:
        if plan.is_empty:
            return
        self._record(plan.held.unsure_of([*plan.uploads, *plan.removals]))

        def send(path: str) -> str:
            self._put(path, shipment.read(path))
            return path

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for paths in plan.phases:
                for path in pool.map(send, paths):
                    done(path)
        self._remove(plan.removals)
        for path in plan.removals:
            done(path)
        self._record(shipment.manifest)

    def earlier(self) -> Iterator[tuple[str, bytes]] | None:
        return None

    def _record(self, manifest: Manifest) -> None:
        self._put(RECORD, replace(manifest, sent_as=KEPT_WITH_FILES).as_json())

    def _put(self, path: str, data: bytes) -> None:
        self._ask(
            "put_object",
            Key=self.prefix + path,
            Body=data,
            ContentType=media_type(path),
            CacheControl=cache_control(path) if path != RECORD else "no-store",
            ContentMD5=b64encode(md5(data, usedforsecurity=False).digest()).decode(),
        )

    def _remove(self, paths: Iterable[str]) -> None:
        paths = list(paths)
        for start in range(0, len(paths), _NAMED_AT_ONCE):
            named = [{"Key": self.prefix + path} for path in paths[start : start + _NAMED_AT_ONCE]]
            answer = self._ask("delete_objects", Delete={"Objects": named, "Quiet": True})
            for error in answer.get("Errors", []):
                raise Trouble("{path} could not be removed: {why}", path=error["Key"], why=error["Message"])

    def _listing(self) -> dict[str, int]:
        found: dict[str, int] = {}
        more: dict[str, str] = {}
        while True:
            answer = self._ask("list_objects_v2", Prefix=self.prefix, MaxKeys=_NAMED_AT_ONCE, **more)
            found |= {item["Key"].removeprefix(self.prefix): item["Size"] for item in answer.get("Contents", [])}
            if not answer.get("IsTruncated"):
                return found
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    def _ask(self, what: str, **given: Any) -> Any:
        try:
            return getattr(self.client, what)(Bucket=self.bucket, **given)
        except (BotoCoreError, ClientError) as error:
            raise Trouble("the store {bucket} can't be used: {why}", bucket=self.bucket, why=error) from error

