//! A Postgres of a test's own, which it may treat badly.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use bennu_store::Throwaway;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use tokio::time::sleep;

/// How many connections it takes: few, so that strangers can take them all.
pub const CONNECTIONS: usize = 60;

/// A running server.
pub struct Cluster {
    /// Whoever goes before the files do.
    throwaway: Throwaway,
    programs: PathBuf,
}

impl Cluster {
    /// A server that has every commit written before it is answered: what was accepted
    /// outlives its death, as long as the machine lives.
    pub fn start() -> Self {
        let throwaway = Throwaway::start().unwrap();
        let data = throwaway.directory().join("data");
        let program = std::fs::read_link(format!("/proc/{}/exe", pid(&data))).unwrap();
        let cluster = Self {
            throwaway,
            programs: program.parent().unwrap().to_owned(),
        };
        cluster.restart();
        cluster
    }

    /// The URL of the one database, at the server's socket or at a port of this machine.
    pub fn url(&self, port: Option<u16>) -> String {
        match port {
            Some(port) => format!("postgres://bennu@127.0.0.1:{port}/postgres?sslmode=disable"),
            None => self.throwaway.url("postgres"),
        }
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.throwaway.directory().join(".s.PGSQL.5432")
    }

    /// Where its programs are.
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// SIGKILL to the first of its processes; the others find out by themselves.
    pub fn kill(&self) {
        let id = pid(&self.data()).to_string();
        assert!(
            Command::new("kill")
                .args(["-KILL", &id])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Ends it at once, without a word to its clients.
    pub fn stop(&self) {
        assert!(self.control(&["-m", "immediate", "-w", "stop"]));
    }

    /// Starts it; returns once it takes connections.
    pub fn begin(&self) {
        let socket = self.throwaway.directory().display();
        let options = format!(
            "-k {socket} -c listen_addresses='' -c fsync=off -c synchronous_commit=on \
             -c shared_buffers=64MB -c max_connections={CONNECTIONS}"
        );
        // What a killed one has left in memory is in the way until its last process is gone.
        while !self.control(&["-w", "-o", &options, "start"]) {
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Ends and starts it.
    pub fn restart(&self) {
        self.stop();
        self.begin();
    }

    /// A connection past every proxy.
    pub async fn admin(&self) -> PgConnection {
        loop {
            if let Ok(connection) = PgConnection::connect(&self.url(None)).await {
                return connection;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Does something by such a connection, and returns how many rows that met.
    pub async fn run(&self, statement: &str) -> u64 {
        let mut admin = self.admin().await;
        let query = sqlx::query(AssertSqlSafe(statement.to_owned()));
        query.execute(&mut admin).await.unwrap().rows_affected()
    }

    /// The text that a statement gives.
    pub async fn text(&self, statement: &str) -> String {
        let mut admin = self.admin().await;
        let query = sqlx::query(AssertSqlSafe(statement.to_owned()));
        query.fetch_one(&mut admin).await.unwrap().get(0)
    }

    /// Ends all connections of ours; returns how many there were.
    pub async fn cut(&self) -> u64 {
        self.run(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'bennu'",
        )
        .await
    }

    fn data(&self) -> PathBuf {
        self.throwaway.directory().join("data")
    }

    fn control(&self, arguments: &[&str]) -> bool {
        let program = self.programs.join("pg_ctl");
        let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        let mut command = Command::new(if root { Path::new("setpriv") } else { &program });
        if root {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
            command.arg(&program);
        }
        command.arg("-D").arg(self.data());
        command
            .args(["-l", "/dev/null"])
            .args(arguments)
            .current_dir("/");
        let quiet = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        quiet.status().unwrap().success()
    }
}

fn pid(data: &Path) -> u32 {
    let file = std::fs::read_to_string(data.join("postmaster.pid")).unwrap();
    file.lines().next().unwrap().trim().parse().unwrap()
}
