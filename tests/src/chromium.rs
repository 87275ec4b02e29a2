//! Chromium without a window and without a network: what only a browser can tell about a page.

use crate::say;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufReader, Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How it is called: by Debian, by others, and by its vendor.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
/// Longer than this it hangs.
const LONGEST: Duration = Duration::from_secs(120);

/// A Chromium, and a folder for what it makes.
pub struct Chromium {
    program: PathBuf,
    folder: PathBuf,
    profiles: AtomicU32,
}

/// A picture, in red, green and blue.
pub struct Picture {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Chromium {
    /// The one on this machine, or `None` for a test to skip; `CHROMIUM` may say which. On a build server (`CI=true`)
    /// nothing is skipped.
    ///
    /// # Errors
    /// There is none, on a build server.
    pub fn find(folder: &Path) -> Result<Option<Chromium>> {
        let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let mut places = std::env::split_paths(&folders).flat_map(|place| NAMES.map(|name| place.join(name)));
        match named.or_else(|| places.find(|place| place.is_file())) {
            Some(program) => Ok(Some(Chromium { program, folder: folder.to_owned(), profiles: AtomicU32::default() })),
            None if std::env::var_os("CI").is_some_and(|ci| ci == "true") => {
                Err(Error::other("there is no Chromium here: .ci/chromium installs it, and CHROMIUM says where one is"))
            }
            None => {
                say("there is no Chromium here: no report was looked at (.ci/chromium installs it)");
                Ok(None)
            }
        }
    }

    /// The page as it is after its scripts have run, and what the browser wrote meanwhile: lines of its console have
    /// `CONSOLE` in them.
    ///
    /// # Errors
    /// It can't be run, or fails.
    pub async fn dom(&self, page: &Path) -> Result<(String, String)> {
        // So that a page of the test may look into a frame with the report.
        let done = self.run(["--dump-dom".into(), "--allow-file-access-from-files".into()], page).await?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((text(&done.stdout), text(&done.stderr)))
    }

    /// The page as it looks in a window of this size, to those who like it light or dark; and what the browser wrote.
    ///
    /// # Errors
    /// It can't be run, fails, or draws nothing.
    pub async fn picture(&self, page: &Path, width: usize, height: usize, dark: bool) -> Result<(Picture, String)> {
        let file = self.folder.join(if dark { "dark.png" } else { "light.png" });
        let arguments = [
            format!("--screenshot={}", file.display()),
            format!("--window-size={width},{height}"),
            format!("--blink-settings=preferredColorScheme={}", u8::from(!dark)),
        ];
        let done = self.run(arguments.map(OsString::from), page).await?;
        Ok((Picture::read(&file)?, String::from_utf8_lossy(&done.stderr).into_owned()))
    }

    async fn run<const N: usize>(&self, arguments: [OsString; N], page: &Path) -> Result<Output> {
        // Two at the same time can't share one.
        let profile = format!("profile-{}", self.profiles.fetch_add(1, Ordering::Relaxed));
        let mut profile_at = OsString::from("--user-data-dir=");
        profile_at.push(self.folder.join(profile));
        let mut command = tokio::process::Command::new(&self.program);
        command
            // Root has no sandbox of it; the page is ours.
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-extensions"])
            .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars", "--enable-logging=stderr"])
            // A colour is the same number and a length the same in pixels wherever it is run.
            .args(["--force-color-profile=srgb", "--force-device-scale-factor=1"])
            .arg(profile_at)
            .args(arguments)
            .arg(format!("file://{}", page.display()))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let done = tokio::time::timeout(LONGEST, command.output()).await;
        let done = done.map_err(|_| Error::other(format!("{} did not end", self.program.display())))??;
        if !done.status.success() {
            return Err(Error::other(String::from_utf8_lossy(&done.stderr).into_owned()));
        }
        Ok(done)
    }
}

impl Picture {
    fn read(file: &Path) -> Result<Picture> {
        let mut decoder = png::Decoder::new(BufReader::new(File::open(file)?));
        decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().map_err(Error::other)?;
        let size = reader.output_buffer_size().ok_or_else(|| Error::other("the picture is too large"))?;
        let mut bytes = vec![0; size];
        let info = reader.next_frame(&mut bytes).map_err(Error::other)?;
        let pixel = |pixel: &[u8]| match pixel {
            [red, green, blue, ..] => [*red, *green, *blue],
            _ => [0; 3],
        };
        let pixels = bytes.chunks_exact(info.color_type.samples()).map(pixel).collect();
        Ok(Picture { width: info.width as usize, height: info.height as usize, pixels })
    }

    /// Its rows, from above.
    pub fn rows(&self) -> impl Iterator<Item = &[[u8; 3]]> {
        self.pixels.chunks(self.width)
    }
}
