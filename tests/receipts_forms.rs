//! A table of the forms that receipts come in: what SMSCs leave out, add, reorder and cut, and what is no receipt.

use smpp_edge::receipt::{
    ReceiptTlvs, Report, Status, from_deliver, from_plain_text, parse, unix_ms,
};

const DELIVERY_RECEIPT: u8 = 0x04;
const INTERMEDIATE: u8 = 0x20;
const NO_TLVS: ReceiptTlvs<'static> = ReceiptTlvs {
    receipted_message_id: None,
    message_state: None,
    network_error_code: None,
};

fn shown(octets: Option<&[u8]>) -> Option<&str> {
    octets.map(|octets| std::str::from_utf8(octets).expect("ASCII here"))
}

fn receipt(text: &str) -> Report<'_> {
    from_deliver(DELIVERY_RECEIPT, text.as_bytes(), NO_TLVS).expect("by esm_class a receipt")
}

/// What it is, the text, identifier, state, err, the beginning of the message.
type Row = (
    &'static str,
    &'static str,
    Option<&'static str>,
    Status,
    Option<&'static str>,
    Option<&'static str>,
);

const ROWS: [Row; 24] = [
    (
        "appendix B",
        "id:0123456789 sub:001 dlvrd:001 DATES stat:DELIVRD err:000 Text:Hello",
        Some("0123456789"),
        Status::Delivered,
        Some("000"),
        Some("Hello"),
    ),
    (
        "text in small letters",
        "id:1 sub:001 dlvrd:000 DATES stat:EXPIRED err:001 text:Hello",
        Some("1"),
        Status::Expired,
        Some("001"),
        Some("Hello"),
    ),
    (
        "labels in capitals",
        "ID:1 SUB:001 DLVRD:001 STAT:DELIVRD ERR:000 TEXT:Hello",
        Some("1"),
        Status::Delivered,
        Some("000"),
        Some("Hello"),
    ),
    (
        "no counts",
        "id:1 DATES stat:UNDELIV err:21b",
        Some("1"),
        Status::Undeliverable,
        Some("21b"),
        None,
    ),
    (
        "no text",
        "id:1 sub:001 dlvrd:001 DATES stat:DELIVRD err:000",
        Some("1"),
        Status::Delivered,
        Some("000"),
        None,
    ),
    (
        "no err",
        "id:1 DATES stat:DELIVRD text:Hello",
        Some("1"),
        Status::Delivered,
        None,
        Some("Hello"),
    ),
    (
        "no identifier",
        "sub:001 dlvrd:001 DATES stat:DELIVRD err:000 text:",
        None,
        Status::Delivered,
        Some("000"),
        Some(""),
    ),
    (
        "text without its label",
        "id:1 DATES stat:DELIVRD err:000 Hello there",
        Some("1"),
        Status::Delivered,
        Some("000"),
        Some("Hello there"),
    ),
    (
        "another order",
        "stat:REJECTD err:5 DATES id:1 text:Hello",
        Some("1"),
        Status::Rejected,
        Some("5"),
        Some("Hello"),
    ),
    (
        "labels in the text",
        "id:1 stat:DELIVRD text:id:2 stat:EXPIRED err:9",
        Some("1"),
        Status::Delivered,
        None,
        Some("id:2 stat:EXPIRED err:9"),
    ),
    (
        "the first of a kind counts",
        "id:1 id:2 stat:DELIVRD stat:EXPIRED",
        Some("1"),
        Status::Delivered,
        None,
        None,
    ),
    (
        "more blanks",
        "  id: 1   stat:  DELIVRD  err: 000  ",
        Some("1"),
        Status::Delivered,
        Some("000"),
        None,
    ),
    (
        "a NUL at the end",
        "id:1 stat:DELIVRD err:000 text:Hello\0",
        Some("1"),
        Status::Delivered,
        Some("000"),
        Some("Hello"),
    ),
    (
        "a UUID",
        "id:f47ac10b-58cc-4372-a567-0e02b2c3d479 stat:DELIVRD",
        Some("f47ac10b-58cc-4372-a567-0e02b2c3d479"),
        Status::Delivered,
        None,
        None,
    ),
    (
        "64 octets of identifier",
        "id:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef stat:DELIVRD",
        Some("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        Status::Delivered,
        None,
        None,
    ),
    (
        "err of four digits",
        "id:1 stat:DELIVRD err:0000 text:",
        Some("1"),
        Status::Delivered,
        Some("0000"),
        Some(""),
    ),
    (
        "err that is a word",
        "id:1 stat:UNDELIV err:Unknown_subscriber text:",
        Some("1"),
        Status::Undeliverable,
        Some("Unknown_subscriber"),
        Some(""),
    ),
    (
        "a whole word for the state",
        "id:1 stat:UNDELIVERABLE err:1",
        Some("1"),
        Status::Undeliverable,
        Some("1"),
        None,
    ),
    (
        "a state in small letters",
        "id:1 stat:delivrd",
        Some("1"),
        Status::Delivered,
        None,
        None,
    ),
    (
        "a number for the state",
        "id:1 stat:2",
        Some("1"),
        Status::Delivered,
        None,
        None,
    ),
    (
        "a state of Kannel's",
        "id:1 stat:BUFFRED",
        Some("1"),
        Status::Enroute,
        None,
        None,
    ),
    (
        "a state that nobody knows",
        "id:1 stat:PLUGH err:000",
        Some("1"),
        Status::Unknown,
        Some("000"),
        None,
    ),
    (
        "cut in a label",
        "id:1 DATES stat:DELIVRD err:000 Te",
        Some("1"),
        Status::Delivered,
        Some("000"),
        None,
    ),
    (
        "further fields",
        "id:1 price:0.0045 stat:DELIVRD mccmnc:26201 err:000 text:Hello",
        Some("1"),
        Status::Delivered,
        Some("000"),
        Some("Hello"),
    ),
];

#[test]
fn fields() {
    const DATES: &str = "submit date:2601021530 done date:2601021531";
    let dates = |text: &str| text.replace("DATES", DATES);
    for (what, text, id, status, err, message) in ROWS {
        let text = dates(text);
        let report = receipt(&text);
        assert_eq!(shown(report.message_id()), id, "{what}");
        assert_eq!(report.status(), status, "{what}");
        assert_eq!(shown(report.receipt.err), err, "{what}");
        assert_eq!(shown(report.receipt.text), message, "{what}");
        assert_eq!(report.raw, text.as_bytes(), "{what}");
        if text.contains(DATES) {
            assert_eq!(report.submitted_at(), unix_ms(b"260102153000"), "{what}");
            assert_eq!(report.done_at(), unix_ms(b"260102153100"), "{what}");
        }
    }
    let text = "id:1 price:0.0045 stat:DELIVRD mccmnc:26201 err:000 text:Hello";
    let extra: Vec<_> = parse(text.as_bytes()).unwrap().extra().collect();
    let extra: Vec<_> = extra
        .iter()
        .map(|extra| (extra.name, extra.value))
        .collect();
    assert_eq!(
        extra,
        [(&b"price"[..], &b"0.0045"[..]), (b"mccmnc", b"26201")]
    );
}

#[test]
fn dates() {
    // 2 January 2026, 15:31.
    const AT: i64 = 1_767_367_860_000;
    for (date, expected) in [
        ("2601021531", Some(AT)),
        ("260102153107", Some(AT + 7_000)),
        ("202601021531", Some(AT)),
        ("20260102153107", Some(AT + 7_000)),
        ("260102153107004+", Some(AT + 7_000 - 3_600_000)),
        ("0000000000", None),
        ("", None),
        ("2613021531", None),
        ("soon", None),
    ] {
        let text = format!("id:1 submit date:{date} done date:{date} stat:DELIVRD err:000");
        let report = receipt(&text);
        assert_eq!(
            (report.submitted_at(), report.done_at()),
            (expected, expected),
            "{date}"
        );
    }
}

#[test]
fn what_is_final() {
    for (stat, last) in [
        ("DELIVRD", true),
        ("EXPIRED", true),
        ("DELETED", true),
        ("UNDELIV", true),
        ("REJECTD", true),
        ("SKIPPED", true),
        ("ACCEPTD", false),
        ("ENROUTE", false),
        ("SCHEDULED", false),
        ("ACKED", false),
    ] {
        let text = format!("id:1 stat:{stat} err:000");
        assert_eq!(receipt(&text).is_final(), last, "{stat}");
        let notice = from_deliver(INTERMEDIATE, text.as_bytes(), NO_TLVS).unwrap();
        assert!(notice.intermediate && !notice.is_final(), "{stat}");
    }
}

#[test]
fn tlvs_win_and_stand_alone() {
    let tlvs = ReceiptTlvs {
        receipted_message_id: Some(b"7220bb6b\0"),
        message_state: Some(5),
        network_error_code: Some(&[3, 0, 0x1B]),
    };
    for text in [
        "",
        "id:1914747755 stat:DELIVRD err:000 text:",
        "no receipt at all",
    ] {
        for esm_class in [0x00, DELIVERY_RECEIPT] {
            let report = from_deliver(esm_class, text.as_bytes(), tlvs).unwrap();
            assert_eq!(shown(report.message_id()), Some("7220bb6b"));
            assert_eq!(report.status(), Status::Undeliverable);
            let error = report.network_error().unwrap();
            assert_eq!((error.network_type, error.code), (3, 27));
        }
    }
    // A receipt that can't be read is still one.
    let report = receipt("?");
    assert_eq!(
        (report.message_id(), report.status(), report.raw),
        (None, Status::Unknown, &b"?"[..])
    );
}

#[test]
fn what_is_no_receipt() {
    for text in [
        "",
        "Hello",
        "id:1",
        "id: please send me your id",
        "stat:",
        "Meet at stat:ion",
        "text:id:1 stat:DELIVRD",
    ] {
        assert_eq!(parse(text.as_bytes()), None, "{text}");
        assert_eq!(from_plain_text(text.as_bytes(), NO_TLVS), None, "{text}");
    }
    // An ordinary message, and acknowledgements by a subscriber, may quote one.
    let quoted = b"id:1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:Hi";
    for esm_class in [0x00, 0x08, 0x10, 0x18] {
        assert_eq!(
            from_deliver(esm_class, quoted, NO_TLVS),
            None,
            "{esm_class:#04X}"
        );
    }
    assert!(
        from_plain_text(quoted, NO_TLVS).is_some(),
        "who asks for it takes it"
    );
    assert_eq!(
        from_plain_text(b"Look: id:1 stat:DELIVRD", NO_TLVS),
        None,
        "it begins with id:"
    );
}

/// Each is repeated to 256 KiB. Were all of it looked at again for every word, these would take hours.
#[test]
fn long_texts_are_read_once() {
    for pattern in [
        "id:",
        "id:1 ",
        "err:0 a ",
        "err:",
        "err:0 ",
        ":",
        " ",
        "a",
        "a ",
        "a:",
        "a: ",
        "x:y ",
        "text",
        "stat: id: ",
        "submit date: ",
        "\0",
    ] {
        let text = pattern.repeat((256 << 10) / pattern.len());
        for start in ["", "id:1 stat:DELIVRD err:0 "] {
            for end in ["", " stat:DELIVRD"] {
                let text = format!("{start}{text}{end}");
                if let Some(receipt) = parse(text.as_bytes()) {
                    assert!(receipt.extra().count() <= text.len());
                }
            }
        }
    }
}
