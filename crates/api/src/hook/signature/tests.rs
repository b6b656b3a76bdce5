use super::*;

/// The example of the scheme's own documentation; computed with `openssl dgst -hmac` as well.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const AT: i64 = 1_614_265_330;
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn secret(text: &str) -> WebhookSecret {
    WebhookSecret::parse(text).unwrap()
}

fn headers(id: &str, at: &str, signature: &str) -> HeaderMap {
    let given = [
        ("webhook-id", id),
        ("webhook-timestamp", at),
        ("webhook-signature", signature),
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        headers.insert(name, value.parse().unwrap());
    }
    headers
}

fn check(signature: &str, body: &[u8], seconds_later: i64) -> Result<String, Kind> {
    let other = secret("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let now = DateTime::from_timestamp(AT + seconds_later, 0).unwrap();
    let headers = headers(ID, &AT.to_string(), signature);
    let live = [other, secret(SECRET)];
    verify(&live, &headers, body, now).map_err(|problem| problem.kind)
}

#[test]
fn the_schemes_own_example_is_signed_and_understood() {
    assert_eq!(secret(SECRET).sign(ID, AT, BODY), SIGNATURE);
    assert_eq!(check(SIGNATURE, BODY, 0).unwrap(), ID);
}

#[test]
fn one_of_several_signatures_is_enough() {
    let several = format!("v1a,xyz v1,AAAA {SIGNATURE}");
    assert!(check(&several, BODY, 0).is_ok());
}

#[test]
fn whatever_is_wrong_with_a_signature_the_answer_is_the_same() {
    let bad = Err(Kind::BadSignature);
    assert_eq!(check(SIGNATURE, br#"{"test": 2432232315}"#, 0), bad);
    assert_eq!(check("", BODY, 0), bad);
    assert_eq!(check("v1,", BODY, 0), bad);
    assert_eq!(check(&SIGNATURE.replace("v1,", "v2,"), BODY, 0), bad);
    assert_eq!(check(&SIGNATURE[..20], BODY, 0), bad, "cut");
    let foreign = secret("whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB");
    assert_eq!(check(&foreign.sign(ID, AT, BODY), BODY, 0), bad);
    // Old and wrong is wrong: only who has a secret learns of the clock.
    assert_eq!(check("v1,AAAA", BODY, 10_000), bad);

    let now = DateTime::from_timestamp(AT, 0).unwrap();
    let mut changed = headers(ID, &(AT + 1).to_string(), SIGNATURE);
    assert!(verify(&[secret(SECRET)], &changed, BODY, now).is_err());
    changed = headers(ID, &AT.to_string(), SIGNATURE);
    changed.append("webhook-id", "another".parse().unwrap());
    assert!(verify(&[secret(SECRET)], &changed, BODY, now).is_err());
    changed.remove("webhook-id");
    assert!(verify(&[secret(SECRET)], &changed, BODY, now).is_err());
}

#[test]
fn a_signature_holds_for_five_minutes_either_way() {
    for seconds in [300, -300] {
        assert!(check(SIGNATURE, BODY, seconds).is_ok(), "{seconds}");
    }
    for seconds in [301, -301, 86_400] {
        assert_eq!(check(SIGNATURE, BODY, seconds), Err(Kind::StaleTimestamp));
    }
}

#[test]
fn a_secret_is_long_enough_and_cannot_be_printed() {
    for wrong in [
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_c2hvcnQ=",
        "whsec_not base64 at all, though long enough",
    ] {
        assert!(WebhookSecret::parse(wrong).is_err(), "{wrong}");
    }
    assert_eq!(format!("{:?}", secret(SECRET)), "WebhookSecret(…)");
}
