//! Flags about files of users' own.

use std::path::PathBuf;

use clap::Args;

use super::Place;
use crate::user_files::FileCache;

/// Where files of users' own are kept on this machine.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Files of users")]
pub(super) struct FileCacheArgs {
    /// Folder for users' WADs and configs, shared by all processes of a machine; below the user's data folder unless
    /// given
    #[arg(long, env = "FILE_CACHE", value_name = "DIR")]
    file_cache: Option<PathBuf>,

    /// Size in MiB up to which files stay in the folder once nobody uses them
    #[arg(long, env = "FILE_CACHE_MB", value_name = "MIB", default_value_t = 1024,
          value_parser = clap::value_parser!(u32).range(1..))]
    file_cache_mb: u32,
}

impl FileCacheArgs {
    /// The cache.
    pub(super) fn cache(&self, place: &Place) -> FileCache {
        let root = self.file_cache.clone().unwrap_or_else(|| place.env.data_home().join("files"));
        FileCache::new(root, u64::from(self.file_cache_mb) << 20)
    }
}

/// Which files are taken in.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Files of users")]
pub(super) struct FileLimitArgs {
    /// Largest file that is taken in, in MiB
    #[arg(long, env = "MAX_FILE_MB", value_name = "MIB", default_value_t = 64,
          value_parser = clap::value_parser!(u32).range(1..=1024))]
    max_file_mb: u32,
}

impl FileLimitArgs {
    /// The limit in bytes.
    pub(super) fn max_bytes(&self) -> u64 {
        u64::from(self.max_file_mb) << 20
    }
}
