//! Programs of a standard Amazon Linux 2023 image whose deeds do not matter to this world.
//!
//! They take their time and succeed; in a pipeline they hand their input on. Whatever is in
//! no list is not found, as on a real instance: a name here is a promise that nothing which
//! the world can see hangs on what the program does.

use crate::bootstrap::machine::Machine;

/// Programs by the reason why it does not matter what they do.
const WITHOUT_CONSEQUENCE: [(&str, &[&str]); 7] = [
    (
        "accounts and owners: every script runs as root, and files have modes only",
        &[
            "chage", "chgrp", "chown", "chpasswd", "gpasswd", "groupadd", "groupmod", "passwd",
            "setfacl", "useradd", "userdel", "usermod", "visudo",
        ],
    ),
    (
        "what the system is called, speaks and thinks the time is: the world tells that",
        &[
            "chronyc",
            "hostnamectl",
            "localectl",
            "timedatectl",
            "hwclock",
        ],
    ),
    (
        "logs and looks at the system: nobody acts on them",
        &[
            "df",
            "dmesg",
            "du",
            "free",
            "id",
            "ip",
            "journalctl",
            "logger",
            "ls",
            "lsblk",
            "ps",
            "ss",
            "stat",
            "sync",
            "uname",
            "uptime",
            "whoami",
        ],
    ),
    (
        "parts of systemd beside systemctl: they describe units or tidy up",
        &[
            "systemd-analyze",
            "systemd-cat",
            "systemd-detect-virt",
            "systemd-notify",
            "systemd-sysusers",
            "systemd-tmpfiles",
        ],
    ),
    (
        "packages beside dnf: the world knows the Tentacle's, which dnf installs",
        &[
            "rpm",
            "rpmkeys",
            "yum-config-manager",
            "update-alternatives",
            "alternatives",
        ],
    ),
    (
        "the kernel, disks, security and certificates: instances have none",
        &[
            "blkid",
            "growpart",
            "ldconfig",
            "mkfs",
            "mkfs.ext4",
            "mkfs.xfs",
            "mkswap",
            "modprobe",
            "mount",
            "resize2fs",
            "restorecon",
            "semanage",
            "setenforce",
            "swapoff",
            "swapon",
            "sysctl",
            "umount",
            "update-ca-trust",
            "xfs_growfs",
        ],
    ),
    (
        "filters of text and links between files: the text goes on as it came",
        &[
            "awk", "cut", "gawk", "gzip", "gunzip", "ln", "sed", "sort", "tar", "uniq", "wc",
        ],
    ),
];

/// Programs that are acted out.
const ACTED_OUT: [&str; 24] = [
    "aws",
    "bash",
    "cfn-init",
    "cfn-signal",
    "chmod",
    "cp",
    "curl",
    "dnf",
    "grep",
    "head",
    "install",
    "jq",
    "mkdir",
    "mv",
    "python3",
    "rm",
    "sh",
    "sha256sum",
    "sudo",
    "systemctl",
    "tail",
    "touch",
    "yum",
    "python",
];

/// Where the image looks for a program that is called by its name.
const SEARCHED: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];

/// Whether it takes its time and succeeds: a program of the list, or one that is called like
/// a package which the boot has installed.
pub(super) fn is_without_consequence(base: &str, machine: &Machine) -> bool {
    let mut listed = WITHOUT_CONSEQUENCE.iter().flat_map(|(_, names)| *names);
    listed.any(|name| *name == base) || is_of_package(base, machine)
}

/// A package `name-1.2` brings `name`; a package `name` brings `name` and `name-ctl`.
pub(super) fn is_of_package(base: &str, machine: &Machine) -> bool {
    let begins = |longer: &str, with: &str| {
        let rest = longer.strip_prefix(with);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let mut packages = machine.packages.iter();
    packages.any(|package| begins(package, base) || begins(base, package))
}

/// Where the boot itself has put a program of this name.
pub(super) fn own(name: &str, machine: &Machine) -> Option<String> {
    let paths = SEARCHED.iter().map(|folder| format!("{folder}/{name}"));
    paths.into_iter().find(|path| machine.is_executable(path))
}

/// Whether a program can be called by this name or path.
pub(in crate::bootstrap) fn is_there(name: &str, machine: &Machine) -> bool {
    if name.contains('/') {
        return machine.is_executable(name);
    }
    ACTED_OUT.contains(&name)
        || is_without_consequence(name, machine)
        || own(name, machine).is_some()
}
