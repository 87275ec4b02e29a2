//! Which AWS, and as whom: for the commands that ask it.

use super::region;
use clap::Args;

/// Which AWS, and as whom. Credentials are found as the AWS CLI finds them.
#[derive(Clone, Debug, Default, Args)]
pub struct AwsArguments {
    /// Where AWS is, for a local stage or an emulator [default: AWS itself, or what AWS_ENDPOINT_URL says]
    #[arg(long, value_name = "URL", value_parser = url)]
    pub endpoint_url: Option<String>,
    /// The profile whose credentials are used, whatever the environment has [default: what AWS_PROFILE says]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The Region the stack is in [default: what AWS_REGION says, or the profile's]
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub region: Option<String>,
}

/// A URL of a service.
pub(super) fn url(text: &str) -> Result<String, &'static str> {
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    host.filter(|host| !host.is_empty()).map(|_| text.to_owned()).ok_or("expected a URL, as in http://127.0.0.1:4566")
}
