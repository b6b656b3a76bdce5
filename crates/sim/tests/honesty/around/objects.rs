//! S3.

use crate::stage::{Answer, Stage};

fn put(stage: &Stage, path: &str, body: &str) -> Answer {
    stage
        .s3("PutObject", "PUT", path, &[], body.as_bytes())
        .ok()
}

pub fn a_buckets_life(stage: &Stage) {
    stage.s3("CreateBucket", "PUT", "/kits", &[], b"").ok();
    stage.s3("HeadBucket", "HEAD", "/kits", &[], b"").ok();
    assert_eq!(
        stage.s3("HeadBucket", "HEAD", "/none", &[], b"").status,
        404
    );
    let all = stage.s3("ListBuckets", "GET", "/", &[], b"").ok();
    assert!(all.texts("Name").contains(&"kits".to_owned()));
    let place = stage
        .s3("GetBucketLocation", "GET", "/kits?location", &[], b"")
        .ok();
    assert!(
        place.body.contains(">ap-southeast-2</LocationConstraint>"),
        "{}",
        place.body
    );
    let versions = stage
        .s3("GetBucketVersioning", "GET", "/kits?versioning", &[], b"")
        .ok();
    assert!(versions.texts("Status").is_empty());

    for key in ["a", "b/1", "b/2", "c%20d"] {
        put(stage, &format!("/kits/{key}"), key);
    }
    let first = "/kits?max-keys=2&delimiter=/&encoding-type=url";
    let page = stage.s3("ListObjects", "GET", first, &[], b"").ok();
    assert_eq!(
        (page.text("Key"), page.text("NextMarker")),
        ("a".into(), "b/".into())
    );
    let rest = stage
        .s3(
            "ListObjects",
            "GET",
            &format!("{first}&marker=b/"),
            &[],
            b"",
        )
        .ok();
    assert_eq!(rest.texts("Key"), ["c%20d"]);
    let second = "/kits?list-type=2&prefix=b/&max-keys=1";
    let page = stage.s3("ListObjectsV2", "GET", second, &[], b"").ok();
    assert_eq!(
        (page.text("Key"), page.text("IsTruncated")),
        ("b/1".into(), "true".into())
    );
    assert!(page.texts("ID").is_empty());
    let owned = stage.s3(
        "ListObjectsV2",
        "GET",
        &format!("{second}&fetch-owner=true"),
        &[],
        b"",
    );
    assert_eq!(owned.text("ID"), "123456789012");
    let token = page.text("NextContinuationToken");
    let next = format!("{second}&continuation-token={token}");
    let rest = stage.s3("ListObjectsV2", "GET", &next, &[], b"").ok();
    assert_eq!(rest.texts("Key"), ["b/2"]);
    let after = stage.s3(
        "ListObjectsV2",
        "GET",
        "/kits?list-type=2&start-after=b/1",
        &[],
        b"",
    );
    assert_eq!(after.texts("Key"), ["b/2", "c d"]);

    let (code, _) = stage
        .s3("DeleteBucket", "DELETE", "/kits", &[], b"")
        .error();
    assert_eq!(code, "BucketNotEmpty");
    let keys = "<Delete><Object><Key>a</Key></Object><Object><Key>b/1</Key></Object>\
                <Object><Key>b/2</Key></Object></Delete>";
    let gone = stage
        .s3(
            "DeleteObjects",
            "POST",
            "/kits?delete",
            &[],
            keys.as_bytes(),
        )
        .ok();
    assert_eq!(gone.texts("Key"), ["a", "b/1", "b/2"]);
    stage
        .s3("DeleteObject", "DELETE", "/kits/c%20d", &[], b"")
        .ok();
    stage.s3("DeleteBucket", "DELETE", "/kits", &[], b"").ok();
    let (code, _) = stage.s3("ListObjects", "GET", "/kits", &[], b"").error();
    assert_eq!(code, "NoSuchBucket");
}

pub fn an_objects_life(stage: &Stage) {
    stage.s3("CreateBucket", "PUT", "/kits", &[], b"").ok();
    let headers = [("content-type", "text/plain"), ("x-amz-meta-who", "me")];
    let written = stage
        .s3("PutObject", "PUT", "/kits/a", &headers, b"hello")
        .ok();
    let etag = "\"5d41402abc4b2a76b9719d911017c592\"";
    assert_eq!(written.header("etag"), Some(etag));
    let get = |headers: &[(&str, &str)]| stage.s3("GetObject", "GET", "/kits/a", headers, b"");
    let read = get(&[]).ok();
    assert_eq!(
        (read.body.as_str(), read.header("x-amz-meta-who")),
        ("hello", Some("me"))
    );
    let part = get(&[("range", "bytes=1-2")]);
    assert_eq!((part.status, part.body.as_str()), (206, "el"));
    assert_eq!(get(&[("if-none-match", etag)]).status, 304);
    assert_eq!(get(&[("if-match", "\"other\"")]).status, 412);
    let head = stage.s3("HeadObject", "HEAD", "/kits/a", &[], b"").ok();
    assert_eq!(head.header("content-length"), Some("5"));

    let put = |headers: &[(&str, &str)], body: &[u8]| {
        stage.s3("PutObject", "PUT", "/kits/b", headers, body)
    };
    let wrong = put(&[("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")], b"x");
    assert_eq!(wrong.error().0, "BadDigest");
    assert_eq!(
        put(&[("content-md5", "nonsense")], b"x").error().0,
        "InvalidDigest"
    );
    put(&[("content-md5", "XUFAKrxLKna5cZ2REBfFkg==")], b"hello").ok();
    let taken = put(&[("if-none-match", "*")], b"x");
    assert_eq!(taken.error().0, "PreconditionFailed");

    let source = [("x-amz-copy-source", "kits/a")];
    let copied = stage
        .s3("CopyObject", "PUT", "/kits/copies/a%20b", &source, b"")
        .ok();
    assert_eq!(copied.text("ETag"), etag);
    let copy = stage
        .s3("GetObject", "GET", "/kits/copies/a%20b", &[], b"")
        .ok();
    assert_eq!(copy.header("x-amz-meta-who"), Some("me"));
    let itself = stage.s3("CopyObject", "PUT", "/kits/a", &source, b"");
    assert_eq!(itself.error().0, "InvalidRequest");
    let missing = [("x-amz-copy-source", "/kits/none")];
    let missing = stage.s3("CopyObject", "PUT", "/kits/c", &missing, b"");
    assert_eq!(missing.error().0, "NoSuchKey");
    // By host it is the same object.
    let by_host = [("host", "kits.s3.ap-southeast-2.amazonaws.com")];
    assert_eq!(
        stage.s3("GetObject", "GET", "/a", &by_host, b"").ok().body,
        "hello"
    );

    let summed = [(
        "x-amz-checksum-sha256",
        "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
    )];
    stage
        .s3("PutObject", "PUT", "/kits/b", &summed, b"hello")
        .ok();
    let listed = stage.s3("ListObjects", "GET", "/kits", &[], b"").ok();
    assert_eq!(listed.text("ChecksumAlgorithm"), "SHA256");

    // Where the world's clock counts, a presigned URL ends.
    let url = "/kits/a?X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-Signature=0\
               &response-content-type=text%2Fcsv";
    stage.advance(61.0);
    let read = stage.s3("GetObject", "GET", url, &[], b"").ok();
    assert_eq!(read.header("content-type"), Some("text/csv"));
    stage
        .running
        .sim
        .with(|world| world.parameters.presigned_urls_end = true);
    let late = stage.s3("GetObject", "GET", url, &[], b"");
    assert_eq!(
        late.error(),
        ("AccessDenied".into(), "Request has expired".into())
    );
}

pub fn uploads_in_parts(stage: &Stage) {
    stage.s3("CreateBucket", "PUT", "/kits", &[], b"").ok();
    let begin = || {
        let begun = stage
            .s3(
                "CreateMultipartUpload",
                "POST",
                "/kits/big?uploads",
                &[],
                b"",
            )
            .ok();
        begun.text("UploadId")
    };
    let id = begin();
    let part = |id: &str, number: u32, body: &[u8]| {
        let path = format!("/kits/big?partNumber={number}&uploadId={id}");
        let put = stage.s3("UploadPart", "PUT", &path, &[], body).ok();
        put.header("etag").unwrap().to_owned()
    };
    let large = vec![b'x'; 5 * 1024 * 1024];
    let (one, two) = (part(&id, 1, &large), part(&id, 2, b"end"));
    let path = format!("/kits/big?uploadId={id}");
    let parts = stage.s3("ListParts", "GET", &path, &[], b"").ok();
    assert_eq!(parts.texts("PartNumber"), ["1", "2"]);
    assert_eq!(parts.texts("ID"), ["123456789012", "123456789012"]);
    let page = |more: &str| {
        let path = format!("{path}&max-parts=1{more}");
        stage.s3("ListParts", "GET", &path, &[], b"").ok()
    };
    let first = page("");
    assert_eq!(
        (
            first.text("IsTruncated"),
            first.text("NextPartNumberMarker")
        ),
        ("true".into(), "1".into())
    );
    let rest = page("&part-number-marker=1");
    assert_eq!(
        (rest.texts("PartNumber"), rest.text("IsTruncated")),
        (vec!["2".to_owned()], "false".into())
    );
    let complete = |id: &str, parts: &[(u32, &str)]| {
        let parts: String = (parts.iter())
            .map(|(number, etag)| {
                format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
            })
            .collect();
        let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        let path = format!("/kits/big?uploadId={id}");
        stage.s3(
            "CompleteMultipartUpload",
            "POST",
            &path,
            &[],
            body.as_bytes(),
        )
    };
    assert_eq!(
        complete(&id, &[(2, &two), (1, &one)]).error().0,
        "InvalidPartOrder"
    );
    assert_eq!(complete(&id, &[(1, "\"0\"")]).error().0, "InvalidPart");
    let done = complete(&id, &[(1, &one), (2, &two)]).ok();
    assert!(done.text("ETag").ends_with("-2\""));
    let head = stage.s3("HeadObject", "HEAD", "/kits/big", &[], b"").ok();
    assert_eq!(head.header("content-length"), Some("5242883"));
    assert_eq!(complete(&id, &[(1, &one)]).error().0, "NoSuchUpload");

    let id = begin();
    let small = (part(&id, 1, b"a"), part(&id, 2, b"b"));
    let refused = complete(&id, &[(1, &small.0), (2, &small.1)]);
    assert_eq!(refused.error().0, "EntityTooSmall");
    let open = stage
        .s3("ListMultipartUploads", "GET", "/kits?uploads", &[], b"")
        .ok();
    assert_eq!(open.texts("UploadId"), std::slice::from_ref(&id));
    let path = format!("/kits/big?uploadId={id}");
    stage
        .s3("AbortMultipartUpload", "DELETE", &path, &[], b"")
        .ok();
    let open = stage
        .s3("ListMultipartUploads", "GET", "/kits?uploads", &[], b"")
        .ok();
    assert!(open.texts("UploadId").is_empty());
}

pub fn presigned_writes(stage: &Stage) {
    stage.s3("CreateBucket", "PUT", "/kits", &[], b"").ok();
    let url = |key: &str| {
        format!("/kits/{key}?X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-Signature=0")
    };
    let put = |key: &str, headers: &[(&str, &str)]| {
        stage.s3("PutObject", "PUT", &url(key), headers, b"hello")
    };
    stage
        .running
        .sim
        .with(|world| world.parameters.presigned_urls_end = true);
    put("in-time", &[("content-type", "text/plain")]).ok();
    let read = stage.s3("GetObject", "GET", "/kits/in-time", &[], b"").ok();
    assert_eq!(
        (read.body.as_str(), read.header("content-type")),
        ("hello", Some("text/plain"))
    );
    // What it carries is checked like any other write.
    let wrong = put("wrong", &[("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")]);
    assert_eq!(wrong.error().0, "BadDigest");
    stage.advance(61.0);
    assert_eq!(
        put("late", &[]).error(),
        ("AccessDenied".into(), "Request has expired".into())
    );
    let kept = stage
        .s3("ListObjectsV2", "GET", "/kits?list-type=2", &[], b"")
        .ok();
    assert_eq!(kept.texts("Key"), ["in-time"]);
}
