//! A private Postgres that is thrown away: for the demo and for tests.
//!
//! It listens on a Unix socket only, keeps nothing, and ends with the process that started
//! it, however that ends: a shell waits at the other end of a pipe and cleans up when the
//! pipe closes.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Why there is no throw-away Postgres.
#[derive(Debug, thiserror::Error)]
pub enum ThrowawayError {
    /// Its programs were not found.
    #[error(
        "no initdb in /usr/lib/postgresql/*/bin nor on PATH: install the package `postgresql`, \
         or give the URL of a server"
    )]
    NotInstalled,
    /// It did not start; the words of `initdb` or `postgres`.
    #[error("Postgres did not start: {0}")]
    NotStarted(String),
}

/// A running throw-away server. Dropping it stops it and removes its files.
#[derive(Debug)]
pub struct Throwaway {
    keeper: Child,
    directory: PathBuf,
}

/// The user to run as when we are root, which Postgres refuses.
const USER: &str = "postgres";

/// Arguments: the directory to make, and where the programs are. Says `ready` when the server
/// takes connections, and ends when its standard input does.
///
/// Nothing in it needs to survive a power cut, so nothing is synced.
const KEEPER: &str = r#"
dir=$1 bin=$2
umask 022
mkdir "$dir" || exit 1
trap 'rm -rf "$dir"' EXIT
{
    "$bin/initdb" -D "$dir/data" -U bennu -A trust -E UTF8 --no-locale --no-sync \
        --no-instructions &&
    "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -o "-k $dir -c listen_addresses='' \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB \
        -c max_connections=200" start
} >"$dir/out" 2>&1 || { cat "$dir/out" "$dir/log" >&2; exit 1; }
echo ready
cat >/dev/null
"$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
"#;

impl Throwaway {
    /// Starts a server with the newest Postgres that is installed, as the user `postgres` if
    /// we are root. Takes one to two seconds, during which it blocks.
    ///
    /// # Errors
    /// [`ThrowawayError`] says what is missing.
    pub fn start() -> Result<Self, ThrowawayError> {
        let programs = programs().ok_or(ThrowawayError::NotInstalled)?;
        // Under /tmp whatever TMPDIR says: the path of a socket has at most 107 bytes, and
        // the user `postgres` must be able to get there.
        let pid = std::process::id();
        let directory = (0..)
            .map(|n| PathBuf::from(format!("/tmp/bennu-pg-{pid}-{n}")))
            .find(|path| !path.exists())
            .ok_or(ThrowawayError::NotInstalled)?;
        let mut keeper = keep(&directory, &programs)
            .spawn()
            .map_err(|error| ThrowawayError::NotStarted(error.to_string()))?;
        let mut said = String::new();
        if let Some(out) = keeper.stdout.take() {
            // A failure to read leaves `said` empty, and the next lines tell.
            let _ = BufReader::new(out).read_line(&mut said);
        }
        if said.trim() == "ready" {
            return Ok(Self { keeper, directory });
        }
        let words = keeper.wait_with_output();
        Err(ThrowawayError::NotStarted(match words {
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        }))
    }

    /// The URL of one of its databases; `postgres` is there from the start. The only user
    /// `bennu` may do everything.
    pub fn url(&self, database: &str) -> String {
        let socket = self.directory.display();
        format!("postgres://bennu@localhost/{database}?host={socket}")
    }

    /// Where its programs put the socket: `psql -h DIRECTORY -U bennu postgres`.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Whether it ended well changes nothing any more.
        let _ = self.keeper.wait();
    }
}

fn keep(directory: &Path, programs: &Path) -> Command {
    let root = std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command
            .arg(format!("--reuid={USER}"))
            .arg(format!("--regid={USER}"))
            .args(["--clear-groups", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    command
        .args(["-c", KEEPER, "bennu-throwaway"])
        .args([directory, programs])
        // Our own directory may be one that the user `postgres` cannot enter.
        .current_dir("/")
        // A Ctrl-C in the terminal is for us: the database goes after the daemon.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The directory of the newest `initdb`.
fn programs() -> Option<PathBuf> {
    let version = |path: &PathBuf| -> u32 {
        let name = path.file_name().and_then(|name| name.to_str());
        name.and_then(|name| name.parse().ok()).unwrap_or(0)
    };
    let packaged = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("bin/initdb").exists())
        .max_by_key(version)
        .map(|path| path.join("bin"));
    packaged.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|directory| directory.join("initdb").exists())
    })
}
