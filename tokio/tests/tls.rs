//! smpps:// by rustls, to a server with a certificate of its own.

#![cfg(feature = "tls")]

use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use smpp_edge_tokio::*;
use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Duration, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

/// No step takes so long, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it takes too long")
}

#[derive(Clone)]
struct Smsc;

impl Handler for Smsc {
    async fn bind(&self, _: &Connection, _: BindRequest) -> CommandStatus {
        CommandStatus::ESME_ROK
    }

    async fn submit(
        &self,
        connection: &Connection,
        message: InboundMessage,
    ) -> Result<String, CommandStatus> {
        let connection = connection.clone();
        tokio::spawn(async move {
            let answer = OutgoingSms::text("12345", "back").from(message.to);
            connection.deliver(answer).await
        });
        Ok("m1".into())
    }
}

/// DER: a tag, the length, the content.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let mut out = vec![tag];
    match length {
        0..128 => out.push(length as u8),
        128..256 => out.extend([0x81, length as u8]),
        _ => out.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    out.extend(content);
    out
}

/// A certificate for this DNS name that is its own authority, and its key.
fn self_signed(name: &str) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    let sequence = |parts: &[&[u8]]| der(0x30, parts);
    let oid = |octets: &[u8]| der(0x06, &[octets]);

    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
    let mut serial = [1; 9];
    random.fill(&mut serial[1..]).unwrap();

    let algorithm = sequence(&[&oid(ECDSA_WITH_SHA256)]);
    let common_name = sequence(&[&oid(&[0x55, 4, 3]), &der(0x0c, &[name.as_bytes()])]);
    let named = sequence(&[&der(0x31, &[&common_name])]);
    let validity = sequence(&[
        &der(0x17, &[b"200101000000Z"]),
        &der(0x18, &[b"21200101000000Z"]),
    ]);
    let curve = sequence(&[&oid(EC_PUBLIC_KEY), &oid(P256)]);
    let public = sequence(&[&curve, &der(0x03, &[&[0], pair.public_key().as_ref()])]);
    let alternatives = sequence(&[&der(0x82, &[name.as_bytes()])]);
    let extension = sequence(&[&oid(&[0x55, 0x1d, 0x11]), &der(0x04, &[&alternatives])]);
    let body = sequence(&[
        &der(0xa0, &[&der(0x02, &[&[2]])]),
        &der(0x02, &[&serial]),
        &algorithm,
        &named,
        &validity,
        &named,
        &public,
        &der(0xa3, &[&sequence(&[&extension])]),
    ]);
    let signature = pair.sign(&random, &body).unwrap();
    let whole = sequence(&[&body, &algorithm, &der(0x03, &[&[0], signature.as_ref()])]);
    let key = PrivatePkcs8KeyDer::from(pkcs8.as_ref().to_vec());
    (whole.into(), key.into())
}

/// A TLS server for the name `localhost`, before one without TLS. Returns where it listens, and its certificate.
async fn serve() -> (SocketAddr, CertificateDer<'static>) {
    let plain = Server::bind("127.0.0.1:0").await.unwrap();
    let behind = plain.local_addr().unwrap();
    tokio::spawn(plain.serve(Smsc));

    let (certificate, key) = self_signed("localhost");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A handshake that fails is the client's affair.
                if let Ok(mut near) = acceptor.accept(stream).await {
                    let mut far = TcpStream::connect(behind).await.unwrap();
                    _ = copy_bidirectional(&mut near, &mut far).await;
                }
            });
        }
    });
    (address, certificate)
}

fn trusting(certificate: CertificateDer<'static>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    Arc::new(
        ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth(),
    )
}

#[tokio::test]
async fn a_message_goes_out_and_one_comes_back_over_tls() {
    let (address, certificate) = serve().await;
    let url = format!("smpps://id:secret@localhost:{}", address.port());
    let builder = Client::builder(&url).unwrap().tls(trusting(certificate));
    let client = soon(builder.connect()).await.unwrap();
    let mut messages = client.messages();
    let sms = OutgoingSms::text("+1234567890", "Hello").from("12345");
    let sent = soon(client.send_sms(sms)).await.unwrap();
    assert_eq!(sent.message_id(), "m1");
    let message = soon(messages.recv()).await.unwrap().accept();
    assert_eq!(message.text(), Some("back"));
    soon(client.close()).await;
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_or_of_another_name_is_refused() {
    let (address, certificate) = serve().await;
    for (host, config) in [
        // Nobody's: the system's authorities do not know it.
        ("localhost", None),
        ("127.0.0.1", Some(trusting(certificate))),
    ] {
        let url = format!("smpps://id:secret@{host}:{}", address.port());
        let mut builder = Client::builder(&url).unwrap();
        if let Some(config) = config {
            builder = builder.tls(config);
        }
        let Err(error) = soon(builder.connect()).await else {
            panic!("{host}: bound")
        };
        let words = format!("{error}: {:?}", error.source());
        assert!(
            words.to_lowercase().contains("certificate"),
            "{host}: {words}"
        );
    }
}

#[tokio::test]
async fn a_server_without_tls_is_no_smpps() {
    let plain = Server::bind("127.0.0.1:0").await.unwrap();
    let port = plain.local_addr().unwrap().port();
    tokio::spawn(plain.serve(Smsc));
    let (_, certificate) = serve().await;
    let url = format!("smpps://id:secret@localhost:{port}");
    let builder = Client::builder(&url).unwrap().tls(trusting(certificate));
    assert!(soon(builder.connect()).await.is_err());
}
