//! A private PostgreSQL.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Recipe, free_port};
use crate::certificates::Certificate;

pub(super) struct Postgres {
    port: u16,
    tls: Option<Certificate>,
    client_ca: Option<PathBuf>,
    settings: Vec<String>,
    programs: PathBuf,
    /// User and group to run as: PostgreSQL refuses to be run by root.
    user: Option<(u32, u32)>,
}

impl Postgres {
    pub(super) fn new(tls: Option<&Certificate>, client_ca: Option<&Path>, settings: &[&str]) -> Self {
        Self {
            port: free_port(),
            tls: tls.cloned(),
            client_ca: client_ca.map(Path::to_owned),
            settings: settings.iter().map(|setting| (*setting).to_owned()).collect(),
            programs: programs(),
            user: (id(&["-u"]) == Some(0)).then(|| id(&["-u", "postgres"]).zip(id(&["-g", "postgres"]))).flatten(),
        }
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir("/");
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    fn give(&self, path: &Path) {
        if let Some((user, group)) = self.user {
            chown(path, Some(user), Some(group)).expect("root may give files away");
        }
    }

    /// A copy that the server's user, and nobody else, can read.
    fn adopt(&self, from: &Path, folder: &Path, name: &str) {
        let to = folder.join(name);
        std::fs::copy(from, &to).expect("a file in a temporary folder");
        std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600)).expect("our own file");
        self.give(&to);
    }
}

impl Recipe for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn prepare(&self, folder: &Path) {
        let home = folder.join("postgres");
        std::fs::create_dir(&home).expect("a folder in a temporary folder");
        self.give(&home);
        let mut initdb = self.program("initdb");
        initdb.arg("-D").arg(home.join("data")).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"]);
        let output = initdb.args(["--no-sync", "--no-instructions"]).output().expect("initdb starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        if let Some(Certificate { cert, key }) = &self.tls {
            self.adopt(cert, &home, "server.pem");
            self.adopt(key, &home, "server.key");
        }
        if let Some(ca) = &self.client_ca {
            self.adopt(ca, &home, "client-ca.pem");
            let rules = "hostssl all all 127.0.0.1/32 trust clientcert=verify-ca\n";
            std::fs::write(home.join("data/pg_hba.conf"), rules).expect("a file of the server");
        }
    }

    fn command(&self, folder: &Path) -> Command {
        let home = folder.join("postgres");
        let mut command = self.program("postgres");
        command.arg("-D").arg(home.join("data")).args(["-k", "", "-p", &self.port.to_string()]);
        let mut set = |setting: String| {
            command.args(["-c", &setting]);
        };
        set("listen_addresses=127.0.0.1".to_owned());
        set("shared_buffers=16MB".to_owned());
        if self.tls.is_some() {
            set("ssl=on".to_owned());
            set(format!("ssl_cert_file={}", home.join("server.pem").display()));
            set(format!("ssl_key_file={}", home.join("server.key").display()));
        }
        if self.client_ca.is_some() {
            set(format!("ssl_ca_file={}", home.join("client-ca.pem").display()));
        }
        self.settings.iter().cloned().for_each(set);
        command
    }

    fn answers(&self, _folder: &Path) -> bool {
        let mut ready = Command::new(self.programs.join("pg_isready"));
        ready.args(["-q", "-h", "127.0.0.1", "-U", "postgres", "-p", &self.port.to_string()]);
        ready.status().is_ok_and(|status| status.success())
    }

    /// The fast way: clients are sent away.
    fn stop_signal(&self) -> &'static str {
        "INT"
    }

    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }
}

/// The folder with the newest server programs.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max();
    newest.map_or_else(|| PathBuf::from("/usr/bin"), |version| format!("/usr/lib/postgresql/{version}/bin").into())
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
