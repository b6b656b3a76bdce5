//! SQS.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::stage::{Answer, Stage};

/// A call in the JSON protocol.
pub fn sqs(stage: &Stage, operation: &str, body: &Value) -> Answer {
    stage.json("sqs", "AmazonSQS", operation, body)
}

/// Makes a queue; tells its URL.
pub fn queue(stage: &Stage, name: &str, attributes: &Value) -> String {
    let wanted = json!({ "QueueName": name, "Attributes": attributes });
    let made = sqs(stage, "CreateQueue", &wanted).ok().value();
    made["QueueUrl"].as_str().unwrap().to_owned()
}

/// Receives up to ten messages.
pub fn receive(stage: &Stage, url: &str) -> Vec<Value> {
    let wanted = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "AttributeNames": ["All"] });
    let received = sqs(stage, "ReceiveMessage", &wanted).ok().value();
    received["Messages"].as_array().cloned().unwrap_or_default()
}

fn send(stage: &Stage, url: &str, body: &str) -> Value {
    let message = json!({ "QueueUrl": url, "MessageBody": body });
    sqs(stage, "SendMessage", &message).ok().value()
}

fn bodies(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .map(|one| one["Body"].as_str().unwrap())
        .collect()
}

fn attributes(stage: &Stage, url: &str) -> Value {
    let wanted = json!({ "QueueUrl": url, "AttributeNames": ["All"] });
    sqs(stage, "GetQueueAttributes", &wanted).ok().value()["Attributes"].clone()
}

pub fn a_queues_life(stage: &Stage) {
    let url = queue(stage, "jobs", &json!({ "VisibilityTimeout": "60" }));
    assert_eq!(url, format!("{}/123456789012/jobs", stage.running.aws));
    assert_eq!(
        queue(stage, "jobs", &json!({ "VisibilityTimeout": "60" })),
        url
    );
    let other = json!({ "QueueName": "jobs", "Attributes": { "VisibilityTimeout": "61" } });
    let refused = sqs(stage, "CreateQueue", &other);
    let code = refused.header("x-amzn-query-error");
    assert_eq!(
        (refused.status, code),
        (400, Some("QueueAlreadyExists;Sender"))
    );
    assert_eq!(
        refused.value()["__type"],
        "com.amazonaws.sqs#QueueNameExists"
    );

    let by_name = sqs(stage, "GetQueueUrl", &json!({ "QueueName": "jobs" })).ok();
    assert_eq!(by_name.value()["QueueUrl"], json!(url));
    queue(stage, "zebra", &json!({}));
    let listed = sqs(stage, "ListQueues", &json!({ "QueueNamePrefix": "jo" })).ok();
    assert_eq!(listed.value(), json!({ "QueueUrls": [url] }));

    let told = attributes(stage, &url);
    assert_eq!(
        told["QueueArn"],
        "arn:aws:sqs:ap-southeast-2:123456789012:jobs"
    );
    assert_eq!(told["MaximumMessageSize"], "1048576");
    let set = json!({ "QueueUrl": url, "Attributes": { "DelaySeconds": "901" } });
    let refused = sqs(stage, "SetQueueAttributes", &set);
    assert_eq!(
        refused.value()["__type"],
        "com.amazonaws.sqs#InvalidAttributeValue"
    );
    let set = json!({ "QueueUrl": url, "Attributes": { "DelaySeconds": "5" } });
    sqs(stage, "SetQueueAttributes", &set).ok();
    assert_eq!(attributes(stage, &url)["DelaySeconds"], "5");

    sqs(
        stage,
        "TagQueue",
        &json!({ "QueueUrl": url, "Tags": { "a": "1", "b": "2" } }),
    )
    .ok();
    sqs(
        stage,
        "UntagQueue",
        &json!({ "QueueUrl": url, "TagKeys": ["a"] }),
    )
    .ok();
    let tags = sqs(stage, "ListQueueTags", &json!({ "QueueUrl": url }))
        .ok()
        .value();
    assert_eq!(tags, json!({ "Tags": { "b": "2" } }));

    send(stage, &url, "late");
    assert_eq!(
        attributes(stage, &url)["ApproximateNumberOfMessagesDelayed"],
        "1"
    );
    assert_eq!(receive(stage, &url), [json!(null); 0]);
    sqs(stage, "PurgeQueue", &json!({ "QueueUrl": url })).ok();
    stage.advance(6.0);
    assert!(receive(stage, &url).is_empty());
    let again = sqs(stage, "PurgeQueue", &json!({ "QueueUrl": url }));
    assert_eq!(
        again.value()["__type"],
        "com.amazonaws.sqs#PurgeQueueInProgress"
    );

    sqs(stage, "DeleteQueue", &json!({ "QueueUrl": url })).ok();
    let gone = sqs(stage, "GetQueueUrl", &json!({ "QueueName": "jobs" }));
    assert_eq!(
        gone.value()["__type"],
        "com.amazonaws.sqs#QueueDoesNotExist"
    );
    let code = "AWS.SimpleQueueService.NonExistentQueue;Sender";
    assert_eq!(gone.header("x-amzn-query-error"), Some(code));
    let soon = sqs(stage, "CreateQueue", &json!({ "QueueName": "jobs" }));
    assert_eq!(
        soon.value()["__type"],
        "com.amazonaws.sqs#QueueDeletedRecently"
    );
    stage.advance(61.0);
    queue(stage, "jobs", &json!({}));

    // Another account and another region have queues of their own.
    stage.key.replace("111122223333".to_owned());
    let denied = sqs(stage, "PurgeQueue", &json!({ "QueueUrl": url }));
    assert_eq!(denied.status, 403);
    assert!(
        sqs(stage, "ListQueues", &json!({}))
            .ok()
            .value()
            .get("QueueUrls")
            .is_none()
    );
}

pub fn a_messages_life(stage: &Stage) {
    let url = queue(stage, "jobs", &json!({ "VisibilityTimeout": "30" }));
    let number = json!({ "DataType": "Number", "StringValue": "7" });
    let message = json!({
        "QueueUrl": url, "MessageBody": "hello", "MessageAttributes": { "n": number },
    });
    let sent = sqs(stage, "SendMessage", &message).ok().value();
    assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");

    let wanted = json!({
        "QueueUrl": url, "MessageAttributeNames": ["n*", "n"], "AttributeNames": ["All"],
    });
    let first = sqs(stage, "ReceiveMessage", &wanted).ok().value()["Messages"][0].clone();
    assert_eq!(first["MessageId"], sent["MessageId"]);
    assert_eq!(first["MessageAttributes"]["n"], number);
    assert_eq!(
        first["MD5OfMessageAttributes"],
        sent["MD5OfMessageAttributes"]
    );
    assert_eq!(first["Attributes"]["ApproximateReceiveCount"], "1");
    assert!(receive(stage, &url).is_empty(), "it is hidden");
    assert_eq!(
        attributes(stage, &url)["ApproximateNumberOfMessagesNotVisible"],
        "1"
    );

    let hide = |handle: &Value, seconds: u32| {
        let wanted = json!({
            "QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": seconds,
        });
        sqs(stage, "ChangeMessageVisibility", &wanted)
    };
    hide(&first["ReceiptHandle"], 90).ok();
    stage.advance(60.0);
    assert!(receive(stage, &url).is_empty(), "its time was made longer");
    stage.advance(31.0);
    let second = receive(stage, &url).remove(0);
    assert_eq!(second["Attributes"]["ApproximateReceiveCount"], "2");

    let stale = json!({ "QueueUrl": url, "ReceiptHandle": first["ReceiptHandle"] });
    sqs(stage, "DeleteMessage", &stale).ok();
    let refused = hide(&first["ReceiptHandle"], 1);
    assert_eq!(
        refused.value()["__type"],
        "com.amazonaws.sqs#MessageNotInflight"
    );
    let garbage = json!({ "QueueUrl": url, "ReceiptHandle": "garbage" });
    let refused = sqs(stage, "DeleteMessage", &garbage);
    assert_eq!(
        refused.value()["__type"],
        "com.amazonaws.sqs#ReceiptHandleIsInvalid"
    );
    assert_eq!(
        attributes(stage, &url)["ApproximateNumberOfMessagesNotVisible"],
        "1"
    );

    let fresh = json!({ "QueueUrl": url, "ReceiptHandle": second["ReceiptHandle"] });
    sqs(stage, "DeleteMessage", &fresh).ok();
    stage.advance(31.0);
    assert!(receive(stage, &url).is_empty());

    send(stage, &url, "old");
    stage.advance(4.0 * 24.0 * 3600.0 + 1.0);
    assert!(
        receive(stage, &url).is_empty(),
        "what is four days old is forgotten"
    );
}

pub fn batches(stage: &Stage) {
    let url = queue(stage, "jobs", &json!({}));
    let entry = |id: &str, body: &str| json!({ "Id": id, "MessageBody": body });
    let batch = json!({ "QueueUrl": url, "Entries": [entry("a", "one"), entry("b", "\u{1}")] });
    let sent = sqs(stage, "SendMessageBatch", &batch).ok().value();
    assert_eq!(sent["Successful"][0]["Id"], "a");
    assert_eq!(sent["Failed"][0]["Id"], "b");
    assert_eq!(sent["Failed"][0]["Code"], "InvalidMessageContents");

    let refused = |entries: Value, kind: &str| {
        let batch = json!({ "QueueUrl": url, "Entries": entries });
        let refused = sqs(stage, "SendMessageBatch", &batch).value();
        assert_eq!(refused["__type"], format!("com.amazonaws.sqs#{kind}"));
    };
    refused(json!([]), "EmptyBatchRequest");
    refused(
        json!([entry("a", "x"), entry("a", "y")]),
        "BatchEntryIdsNotDistinct",
    );
    refused(
        json!(vec![entry("a", "x"); 11]),
        "TooManyEntriesInBatchRequest",
    );

    let handle = receive(stage, &url).remove(0)["ReceiptHandle"].clone();
    let hide = json!({ "Id": "a", "ReceiptHandle": handle, "VisibilityTimeout": 0 });
    let wanted = json!({ "QueueUrl": url, "Entries": [hide] });
    sqs(stage, "ChangeMessageVisibilityBatch", &wanted).ok();
    let handle = receive(stage, &url).remove(0)["ReceiptHandle"].clone();
    let entries = json!([
        { "Id": "good", "ReceiptHandle": handle }, { "Id": "bad", "ReceiptHandle": "?" },
    ]);
    let wanted = json!({ "QueueUrl": url, "Entries": entries });
    let deleted = sqs(stage, "DeleteMessageBatch", &wanted).ok().value();
    assert_eq!(deleted["Successful"], json!([{ "Id": "good" }]));
    assert_eq!(deleted["Failed"][0]["Code"], "ReceiptHandleIsInvalid");
    assert_eq!(
        attributes(stage, &url)["ApproximateNumberOfMessagesNotVisible"],
        "0"
    );
}

pub fn long_polls(stage: &Stage) {
    let url = queue(
        stage,
        "jobs",
        &json!({ "ReceiveMessageWaitTimeSeconds": "20", "VisibilityTimeout": "600" }),
    );
    // Time stands still: only a message ends this wait.
    let address = stage.running.aws.replace("http://", "");
    let body = json!({ "QueueUrl": url, "WaitTimeSeconds": 20 }).to_string();
    let waiting = std::thread::spawn(move || {
        let mut wire = TcpStream::connect(&address).unwrap();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: {address}\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=AKID/20260101/ap-southeast-2/sqs/\
             aws4_request, SignedHeaders=host, Signature=00\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        wire.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        wire.read_to_string(&mut answer).unwrap();
        answer
    });
    send(stage, &url, "wake up");
    assert!(waiting.join().unwrap().contains("wake up"));

    // Time runs: what is delayed comes within the wait, and a wait for nothing ends.
    let speed = json!({ "speed": 200.0, "pause": false });
    stage.sim("POST", "clock", Some(speed)).ok();
    let message = json!({ "QueueUrl": url, "MessageBody": "later", "DelaySeconds": 10 });
    sqs(stage, "SendMessage", &message).ok();
    assert_eq!(bodies(&receive(stage, &url)), ["later"]);
    assert!(receive(stage, &url).is_empty());
}

pub fn dead_letters(stage: &Stage) {
    let dead = queue(stage, "dead", &json!({}));
    let arn = attributes(stage, &dead)["QueueArn"].clone();
    let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 2 }).to_string();
    let settings = json!({ "RedrivePolicy": policy, "VisibilityTimeout": "10" });
    let url = queue(stage, "jobs", &settings);
    send(stage, &url, "poison");
    for _ in 0..2 {
        assert_eq!(bodies(&receive(stage, &url)), ["poison"]);
        stage.advance(11.0);
    }
    assert!(receive(stage, &url).is_empty());
    let given_up = receive(stage, &dead).remove(0);
    assert_eq!(given_up["Body"], "poison");
    let source = &given_up["Attributes"]["DeadLetterQueueSourceArn"];
    assert_eq!(source, "arn:aws:sqs:ap-southeast-2:123456789012:jobs");
}

pub fn query_protocol(stage: &Stage) {
    let ask =
        |action: &str, params: &[(&str, &str)]| stage.query("sqs", "2012-11-05", action, params);
    let settings = [
        ("QueueName", "jobs"),
        ("Attribute.1.Name", "VisibilityTimeout"),
        ("Attribute.1.Value", "5"),
    ];
    let url = ask("CreateQueue", &settings).ok().text("QueueUrl");
    let told = [
        ("QueueUrl", url.as_str()),
        ("AttributeName.1", "VisibilityTimeout"),
    ];
    assert_eq!(ask("GetQueueAttributes", &told).ok().text("Value"), "5");
    let sent = ask(
        "SendMessageBatch",
        &[
            ("QueueUrl", &url),
            ("SendMessageBatchRequestEntry.1.Id", "one"),
            ("SendMessageBatchRequestEntry.1.MessageBody", "<a&b>"),
            (
                "SendMessageBatchRequestEntry.1.MessageAttribute.1.Name",
                "kind",
            ),
            (
                "SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType",
                "String",
            ),
            (
                "SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue",
                "k",
            ),
            ("SendMessageBatchRequestEntry.2.Id", "two"),
        ],
    );
    let sent = sent.ok();
    assert!(
        sent.body
            .contains("<SendMessageBatchResultEntry><Id>one</Id>")
    );
    assert!(sent.body.contains("<BatchResultErrorEntry>"));
    assert_eq!(sent.text("Code"), "MissingParameter");

    // The address of the queue says which one is meant.
    let path = url.replace(&stage.running.aws, "");
    let form = "Action=ReceiveMessage&Version=2012-11-05&MessageAttributeName.1=All";
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let received = stage.aws("POST", "sqs", &path, &headers, form.into());
    let received = received.ok();
    assert_eq!(received.text("Body"), "<a&b>");
    assert_eq!(received.text("StringValue"), "k");
    let handle = received.text("ReceiptHandle");
    ask("ReceiveMessage", &[("QueueUrl", &url)]).ok();
    let params = [("QueueUrl", url.as_str()), ("ReceiptHandle", &handle)];
    ask("DeleteMessage", &params).ok();

    let (code, _) = ask("GetQueueUrl", &[("QueueName", "none")]).error();
    assert_eq!(code, "AWS.SimpleQueueService.NonExistentQueue");
}

pub fn faults(stage: &Stage) {
    let url = queue(stage, "jobs", &json!({}));
    stage.fault(json!({ "name": "lose_message", "on": "jobs", "times": 1 }));
    send(stage, &url, "lost");
    stage.fault(json!({ "name": "double_message", "on": "jobs", "times": 1 }));
    let doubled = send(stage, &url, "twice");
    send(stage, &url, "once");
    stage.fault(json!({ "name": "reorder_messages", "on": "jobs", "times": 1 }));
    let received = receive(stage, &url);
    assert_eq!(bodies(&received), ["once", "twice", "twice"]);
    assert_eq!(received[1]["MessageId"], doubled["MessageId"]);
    assert_eq!(received[2]["MessageId"], doubled["MessageId"]);
    assert_ne!(received[1]["ReceiptHandle"], received[2]["ReceiptHandle"]);
}
