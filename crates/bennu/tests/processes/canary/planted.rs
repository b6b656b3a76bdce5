//! Secrets that nobody can take for anything else, and the forms in which they could come out.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bennu_model::names::digest_of;

/// What was planted, each with where it is a secret.
#[derive(Default)]
pub struct Planted(Vec<(String, String)>);

impl Planted {
    /// Makes and plants a text of this place. It has characters that URLs have to encode.
    pub fn make(&mut self, place: &str) -> String {
        let random = digest_of(format!("{place}, a canary of {}", std::process::id()).as_bytes());
        let text = format!("{}+/&=", STANDARD.encode(&random.as_str()[..30]));
        self.add(place, &text);
        text
    }

    /// Makes and plants a key of 32 bytes; returns its base64.
    pub fn make_key(&mut self, place: &str) -> String {
        let random = digest_of(format!("{place}, a canary of {}", std::process::id()).as_bytes());
        let key = &random.as_str()[..32];
        self.add(place, key);
        STANDARD.encode(key)
    }

    /// One that somebody else has made.
    pub fn add(&mut self, place: &str, text: &str) {
        assert!(text.len() >= 30, "{place}: it could come about by chance");
        self.0.push((place.to_owned(), text.to_owned()));
    }

    /// Every form of each, with the place it is of.
    pub fn forms(&self) -> Vec<(String, String)> {
        let of = |(place, text): &(String, String)| {
            let forms = forms(text).into_iter();
            forms.map(|form| (place.clone(), form)).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of).collect()
    }
}

/// A text as it is, in JSON, in a URL, in hexadecimal, and within anything in base64.
pub fn forms(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = text
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || "-._~".contains(c) => c.to_string(),
            c => format!("%{:02X}", u32::from(c)),
        })
        .collect();
    let json = serde_json::to_string(text).unwrap();
    let mut forms = vec![
        text.to_owned(),
        json.trim_matches('"').to_owned(),
        // In JSON within JSON, and as Go's and Rust's encoders for HTML write it.
        text.replace('&', "\\u0026"),
        text.replace('/', "\\/"),
        percent.to_lowercase(),
        percent,
        hex.to_uppercase(),
        hex,
    ];
    for before in 0..3 {
        forms.extend(base64_within(bytes, before));
    }
    forms.sort();
    forms.dedup();
    forms
}

/// The characters that stand for the bytes alone, when so many others are before them.
fn base64_within(bytes: &[u8], before: usize) -> [String; 2] {
    let all = [vec![0; before], bytes.to_vec()].concat();
    // What the neighbours have a share in goes.
    let first = (before * 8).div_ceil(6);
    let last = all.len() * 8 / 6;
    [
        STANDARD_NO_PAD.encode(&all)[first..last].to_owned(),
        URL_SAFE_NO_PAD.encode(&all)[first..last].to_owned(),
    ]
}
