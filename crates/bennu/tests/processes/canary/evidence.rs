//! Everything that came out of the daemon, in files, and the search through them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::planted::Planted;

static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// A folder of files, one for each place where something can come out. It goes with the test,
/// unless that fails.
pub struct Evidence(PathBuf);

impl Evidence {
    /// None yet.
    pub fn new() -> Self {
        let count = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("bennu-canary-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The file of a place, to be written to at its end.
    pub fn file(&self, place: &str) -> File {
        let path = self.0.join(place);
        let mut options = OpenOptions::new();
        options.create(true).append(true).open(path).unwrap()
    }

    /// Keeps something that came out there.
    pub fn keep(&self, place: &str, what: &[u8]) {
        let mut file = self.file(place);
        file.write_all(what).unwrap();
        file.write_all(b"\n").unwrap();
    }

    /// The places where a text is found.
    pub fn places_of(&self, text: &str) -> BTreeSet<String> {
        self.found(&[text.to_owned()])
            .into_iter()
            .map(|(place, _)| place)
            .collect()
    }

    /// What of the planted was found, where, and how often.
    pub fn leaks(&self, planted: &Planted) -> Vec<String> {
        let forms = planted.forms();
        let words: Vec<_> = forms.iter().map(|(_, form)| form.clone()).collect();
        let mut counts: BTreeMap<(String, String), u32> = BTreeMap::new();
        for (place, word) in self.found(&words) {
            let whose = forms.iter().find(|(_, form)| *form == word);
            *counts.entry((place, whose.unwrap().0.clone())).or_default() += 1;
        }
        let told = counts.into_iter();
        told.map(|((place, whose), count)| format!("{whose}: {count} times in {place}"))
            .collect()
    }

    /// Each occurrence of each of these texts: its place, and itself.
    fn found(&self, words: &[String]) -> Vec<(String, String)> {
        let mut grep = Command::new("grep")
            .args(["-r", "--text", "--fixed-strings", "--only-matching"])
            .args(["--file=-", "."])
            .env("LC_ALL", "C")
            .current_dir(&self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = grep.stdin.take().unwrap();
        input.write_all(words.join("\n").as_bytes()).unwrap();
        drop(input);
        let done = grep.wait_with_output().unwrap();
        // 1: nothing was found. More: it could not look.
        assert!(done.status.code().unwrap() <= 1, "grep: {}", done.status);
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let split = |line: &str| {
            let (place, word) = line.split_once(':').unwrap();
            (place.trim_start_matches("./").to_owned(), word.to_owned())
        };
        text.lines().map(split).collect()
    }
}

impl Drop for Evidence {
    #[expect(
        clippy::print_stderr,
        reason = "whoever reads of the failure looks there"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the evidence is in {}", self.0.display());
        } else {
            // What is left is a temporary folder's.
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// A secret is found however it comes out.
#[test]
fn what_is_in_the_evidence_is_found() {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let mut planted = Planted::default();
    let secret = planted.make("a secret");
    let hex: String = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
    let url = reqwest::Url::parse_with_params("http://a.example/", [("q", &secret)]).unwrap();
    for (place, told) in [
        ("itself", format!("level=info {secret}")),
        ("dump", format!("\\x00{}ff", hex.to_lowercase())),
        ("hex", hex),
        ("query", url.to_string()),
        ("basic", STANDARD.encode(format!("user:{secret}"))),
        ("basic-2", STANDARD.encode(format!("users:{secret}!"))),
        (
            "basic-3",
            URL_SAFE_NO_PAD.encode(format!("people:{secret}")),
        ),
        ("json", serde_json::json!({ "a": secret }).to_string()),
    ] {
        let evidence = Evidence::new();
        evidence.keep("other", b"nothing");
        assert_eq!(evidence.leaks(&planted), [""; 0]);
        evidence.keep(place, told.as_bytes());
        let leaks = evidence.leaks(&planted);
        assert_eq!(leaks.len(), 1, "{place}: {told}");
        assert!(leaks[0].contains(&format!("in {place}")), "{leaks:?}");
    }
}
