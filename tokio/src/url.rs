//! `smpp://system_id:password@host:port`.

use crate::error::Error;
use smpp_edge::session::Password;

const PORT: u16 = 2775;
const TLS_PORT: u16 = 3550;

/// Where to connect and as whom.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) tls: bool,
    pub(crate) system_id: Vec<u8>,
    pub(crate) password: Password,
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Url {
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        let (scheme, rest) = url
            .split_once("://")
            .ok_or(Error::Url("expected smpp://system_id:password@host:port"))?;
        let tls = match scheme {
            "smpp" => false,
            "smpps" => true,
            _ => return Err(Error::Url("the scheme is neither smpp nor smpps")),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        // A password may have an @ of its own.
        let (credentials, address) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (system_id, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        let (host, port) = if let Some(rest) = address.strip_prefix('[') {
            let (host, behind) = rest
                .split_once(']')
                .ok_or(Error::Url("the host has no ]"))?;
            (host, behind.strip_prefix(':'))
        } else {
            match address.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (address, None),
            }
        };
        if host.is_empty() {
            return Err(Error::Url("the host is missing"));
        }
        let port = match port {
            None => {
                if tls {
                    TLS_PORT
                } else {
                    PORT
                }
            }
            Some(port) => port
                .parse()
                .map_err(|_| Error::Url("the port is not a number from 0 to 65535"))?,
        };
        Ok(Self {
            tls,
            system_id: percent_decoded(system_id)?,
            password: Password(percent_decoded(password)?),
            host: host.to_owned(),
            port,
        })
    }
}

fn percent_decoded(text: &str) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        match (digit(), digit()) {
            (Some(high), Some(low)) => out.push((high << 4 | low) as u8),
            _ => return Err(Error::Url("a % is not followed by two hexadecimal digits")),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> (bool, String, String, String, u16) {
        let Url {
            tls,
            system_id,
            password,
            host,
            port,
        } = Url::parse(url).unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (tls, text(system_id), text(password.0), host, port)
    }

    #[test]
    fn a_url_has_the_account_the_host_and_the_port() {
        let expected = |tls, id: &str, password: &str, host: &str, port| {
            (
                tls,
                id.to_owned(),
                password.to_owned(),
                host.to_owned(),
                port,
            )
        };
        assert_eq!(
            parts("smpp://a:b@host:99"),
            expected(false, "a", "b", "host", 99)
        );
        assert_eq!(
            parts("smpp://a:b@host/"),
            expected(false, "a", "b", "host", 2775)
        );
        assert_eq!(parts("smpps://host"), expected(true, "", "", "host", 3550));
        assert_eq!(
            parts("smpp://a@[::1]:5"),
            expected(false, "a", "", "::1", 5)
        );
        assert_eq!(
            parts("smpp://a:p@ss%3A%25@h"),
            expected(false, "a", "p@ss:%", "h", 2775)
        );
    }

    #[test]
    fn a_wrong_url_is_refused() {
        for url in [
            "",
            "host",
            "http://host",
            "smpp://",
            "smpp://a:b@",
            "smpp://h:port",
            "smpp://[::1",
            "smpp://%4@h",
            "smpp://%zz@h",
        ] {
            assert!(matches!(Url::parse(url), Err(Error::Url(_))), "{url}");
        }
    }
}
