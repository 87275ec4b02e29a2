//! The TLS connection a request came over.

use crate::object::object;

object! {
    /// `tlsDetails`: absent where AWS called on someone's behalf.
    pub struct TlsDetails {
        /// As in `TLSv1.3`.
        tls_version: String = "tlsVersion",
        /// As in `TLS_AES_128_GCM_SHA256`.
        cipher_suite: String = "cipherSuite",
        /// The host name the client asked for.
        client_provided_host_header: String = "clientProvidedHostHeader",
        /// The key exchange, as in `X25519MLKEM768`.
        key_exchange: String = "keyExchange",
    }
}
