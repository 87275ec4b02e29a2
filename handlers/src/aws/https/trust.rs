//! Whose certificates a function believes.
//!
//! Amazon's own roots come first: AWS's endpoints have their certificates from them, and reading these five takes no time where
//! the system's hundred and fifty take more than all else at a start. Where somebody says which the system's are
//! (`SSL_CERT_FILE`, `SSL_CERT_DIR`), those are the only ones; `AWS_CA_BUNDLE` names a file with the only ones to trust, as for
//! the AWS CLI. A bundle of which anything can't be read is refused at the start: whom it leaves out is not guessed.

use crate::Environment;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// The roots of Amazon Trust Services, from <https://www.amazontrust.com/repository/>.
pub(super) const AMAZONS: &[u8] = include_bytes!("amazon.pem");

/// Whom it believes.
#[derive(Debug)]
pub(super) enum Trust {
    /// Nobody but those of a bundle, PEM in which every certificate can be read.
    Bundle(Vec<u8>),
    /// Nobody but those of the system, which somebody says.
    Systems,
    /// Amazon's, and where they don't do the system's.
    AmazonsThenSystems,
}

impl Trust {
    /// As the environment says; what is wrong with a bundle is noted in it.
    pub(super) fn of(environment: &mut Environment) -> Trust {
        let says = |name: &&str| environment.get(name).is_some();
        let is_systems_own = ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(says);
        match environment.optional("AWS_CA_BUNDLE", bundle) {
            Some(pem) => Trust::Bundle(pem),
            None if is_systems_own => Trust::Systems,
            None => Trust::AmazonsThenSystems,
        }
    }
}

/// The certificates of a file, if they can be read and there are any.
fn bundle(file: &str) -> Result<Vec<u8>, String> {
    let pem = std::fs::read(file).map_err(|error| format!("{file:?} can't be read: {error}"))?;
    let mut roots = RootCertStore::empty();
    for (at, certificate) in CertificateDer::pem_slice_iter(&pem).enumerate() {
        let certificate = certificate.map_err(|error| format!("{file:?} is not PEM: {error}"))?;
        let unread = |error| format!("certificate {} of {file:?} can't be read: {error}; take it out", at + 1);
        roots.add(certificate).map_err(unread)?;
    }
    if roots.is_empty() {
        return Err(format!("{file:?} has no certificate in it"));
    }
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_roots_are_those_that_amazon_publishes() {
        let fingerprints: Vec<String> = CertificateDer::pem_slice_iter(AMAZONS)
            .map(|certificate| Sha256::digest(certificate.unwrap()).iter().map(|byte| format!("{byte:02x}")).collect())
            .collect();
        let published = [
            "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
            "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
            "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
            "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
            "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
        ];
        assert_eq!(fingerprints, published);
        let mut roots = RootCertStore::empty();
        assert_eq!(roots.add_parsable_certificates(CertificateDer::pem_slice_iter(AMAZONS).flatten()), (5, 0));
    }
}
