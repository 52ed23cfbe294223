//! TCP and TLS connections.

use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

pub(crate) type Reader = Box<dyn AsyncRead + Send + Unpin>;
pub(crate) type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// One place to reach an SMSC at.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) host: String,
    pub(crate) port: u16,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<std::sync::Arc<tokio_rustls::rustls::ClientConfig>>,
}

pub(crate) fn split(stream: TcpStream) -> io::Result<(Reader, Writer)> {
    stream.set_nodelay(true)?;
    let (reader, writer) = stream.into_split();
    Ok((Box::new(reader), Box::new(writer)))
}

pub(crate) async fn open(endpoint: Endpoint) -> io::Result<(Reader, Writer)> {
    let stream = TcpStream::connect((endpoint.host.as_str(), endpoint.port)).await?;
    #[cfg(feature = "tls")]
    if let Some(config) = endpoint.tls {
        stream.set_nodelay(true)?;
        let name = tokio_rustls::rustls::pki_types::ServerName::try_from(endpoint.host)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let connector = tokio_rustls::TlsConnector::from(config);
        let stream = connector.connect(name, stream).await?;
        let (reader, writer) = tokio::io::split(stream);
        return Ok((Box::new(reader), Box::new(writer)));
    }
    split(stream)
}
