"""S3 by boto3: objects up and down, in parts, by presigned URLs, listed and removed."""

import hashlib
import io
import urllib.error
import urllib.request

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError


@pytest.fixture
def s3(aws):
    return aws("s3")


@pytest.fixture
def bucket(s3, name):
    s3.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    s3.get_waiter("bucket_exists").wait(Bucket=name)
    return name


def code_of(caught):
    return caught.value.response["Error"]["Code"]


def test_a_file_goes_up_and_comes_down(s3, bucket, tmp_path):
    there, back = tmp_path / "there", tmp_path / "back"
    there.write_bytes(b"kit" * 1000)
    s3.upload_file(str(there), bucket, "kits/one.zip", ExtraArgs={"Metadata": {"made-by": "ci"}})
    s3.download_file(bucket, "kits/one.zip", str(back))
    assert back.read_bytes() == there.read_bytes()
    head = s3.head_object(Bucket=bucket, Key="kits/one.zip")
    assert head["ContentLength"] == 3000
    assert head["Metadata"] == {"made-by": "ci"}
    assert head["ETag"] == f'"{hashlib.md5(there.read_bytes()).hexdigest()}"'
    part = s3.get_object(Bucket=bucket, Key="kits/one.zip", Range="bytes=0-2")
    assert part["Body"].read() == b"kit"
    assert part["ContentRange"] == "bytes 0-2/3000"


def test_a_large_file_goes_up_in_parts(s3, bucket):
    content = bytes(range(256)) * 4096 * 12
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_fileobj(io.BytesIO(content), bucket, "large", Config=config)
    head = s3.head_object(Bucket=bucket, Key="large")
    assert head["ETag"].endswith('-3"')
    down = io.BytesIO()
    s3.download_fileobj(bucket, "large", down, Config=config)
    assert hashlib.sha256(down.getvalue()).digest() == hashlib.sha256(content).digest()
    begun = s3.create_multipart_upload(Bucket=bucket, Key="given-up")
    which = {"Bucket": bucket, "Key": "given-up", "UploadId": begun["UploadId"]}
    s3.upload_part(**which, PartNumber=1, Body=b"x")
    assert [one["PartNumber"] for one in s3.list_parts(**which)["Parts"]] == [1]
    s3.abort_multipart_upload(**which)
    with pytest.raises(ClientError) as caught:
        s3.list_parts(**which)
    assert code_of(caught) == "NoSuchUpload"


def test_a_presigned_url_needs_no_credentials(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a b/ü.txt", Body=b"hello", ContentType="text/plain")
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "a b/ü.txt"}, ExpiresIn=300
    )
    with urllib.request.urlopen(url) as answer:
        assert (answer.read(), answer.headers["Content-Type"]) == (b"hello", "text/plain")
    url = s3.generate_presigned_url(
        "put_object", Params={"Bucket": bucket, "Key": "put"}, ExpiresIn=300
    )
    with urllib.request.urlopen(urllib.request.Request(url, data=b"by url", method="PUT")):
        pass
    assert s3.get_object(Bucket=bucket, Key="put")["Body"].read() == b"by url"


def test_objects_are_listed_by_prefix_delimiter_and_page(s3, bucket):
    for number in range(7):
        s3.put_object(Bucket=bucket, Key=f"logs/{number}/out.txt", Body=b"x")
    s3.put_object(Bucket=bucket, Key="top", Body=b"x")
    pages = list(
        s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix="logs/", PaginationConfig={"PageSize": 3}
        )
    )
    assert [page["KeyCount"] for page in pages] == [3, 3, 1]
    keys = [one["Key"] for page in pages for one in page["Contents"]]
    assert keys == [f"logs/{number}/out.txt" for number in range(7)]
    folders = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [one["Prefix"] for one in folders["CommonPrefixes"]] == ["logs/"]
    assert [one["Key"] for one in folders["Contents"]] == ["top"]
    old = s3.get_paginator("list_objects").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 5}
    )
    assert len([one for page in old for one in page["Contents"]]) == 8


def test_objects_are_copied_and_removed(s3, bucket):
    s3.put_object(Bucket=bucket, Key="one", Body=b"1")
    s3.copy_object(Bucket=bucket, Key="two", CopySource={"Bucket": bucket, "Key": "one"})
    assert s3.get_object(Bucket=bucket, Key="two")["Body"].read() == b"1"
    with pytest.raises(ClientError) as caught:
        s3.delete_bucket(Bucket=bucket)
    assert code_of(caught) == "BucketNotEmpty"
    gone = s3.delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": "one"}, {"Key": "never-was"}]}
    )
    assert {one["Key"] for one in gone["Deleted"]} == {"one", "never-was"}
    s3.delete_object(Bucket=bucket, Key="two")
    s3.get_waiter("object_not_exists").wait(Bucket=bucket, Key="two")
    s3.delete_bucket(Bucket=bucket)
    with pytest.raises(ClientError) as caught:
        s3.head_bucket(Bucket=bucket)
    assert code_of(caught) == "404"


def test_what_is_not_there_is_told_in_s3s_words(s3, bucket):
    with pytest.raises(s3.exceptions.NoSuchKey) as caught:
        s3.get_object(Bucket=bucket, Key="nothing")
    assert caught.value.response["Error"]["Message"] == "The specified key does not exist."
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket="never-was-a-bucket")
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=bucket, Key="new", Body=b"", IfMatch='"0"')
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 412)


def test_a_template_above_the_limit_comes_from_s3(s3, bucket, cloudformation, name):
    import templates

    body = templates.many(400) + " " * 40_000
    assert len(body) > 51_200
    with pytest.raises(ClientError) as caught:
        cloudformation.create_stack(StackName=f"{name}-no", TemplateBody=body)
    assert "less than or equal to 51200" in caught.value.response["Error"]["Message"]
    s3.put_object(Bucket=bucket, Key="big.json", Body=body.encode())
    cloudformation.create_stack(
        StackName=name, TemplateURL=f"https://{bucket}.s3.eu-west-1.amazonaws.com/big.json"
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
