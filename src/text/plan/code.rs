//! The choice of the coding.

use super::options::{NO_CLASS, invalid};
use super::{EncodeOptions, Plan, TextError};
use crate::text::encode::{Coder, Fallback, encode};
use crate::text::gsm::{BASIC, Reverse, Tables};
use crate::text::split::Measure;
use crate::text::{Alphabet, Encoding, EncodingName, Language};
use alloc::vec::Vec;

impl Plan {
    /// Chooses the coding and fills `coded`.
    pub(super) fn code(
        &mut self,
        units: &[u16],
        options: &EncodeOptions<'_>,
        unencodable: &mut Vec<(usize, char)>,
    ) -> Result<(), TextError> {
        self.tables = Tables::default();
        let fallback = Fallback {
            transliterate: options.transliterate,
            substitute: options.substitute,
        };
        // With a message class, data_coding says GSM 03.38 outright.
        let gsm = options.flash
            || matches!(
                options.default_alphabet,
                Alphabet::Gsm7 | Alphabet::Gsm7Packed
            );
        let named = |encoding, data_coding| {
            if options.flash {
                Err(invalid("flash", NO_CLASS))
            } else {
                Ok((encoding, data_coding))
            }
        };
        let (encoding, data_coding) = match options.encoding {
            Encoding::Auto => {
                // Nothing is substituted that UCS-2 can carry.
                let exact = Fallback {
                    substitute: None,
                    ..fallback
                };
                let coded = if gsm {
                    self.code_gsm(units, options, exact)?
                } else {
                    self.code_default(units, options, exact)
                };
                if coded {
                    return Ok(());
                }
                (EncodingName::Ucs2, 0x08)
            }
            Encoding::Gsm7 if !gsm => {
                return Err(invalid(
                    "encoding",
                    "data_coding 0 does not mean GSM 03.38 here",
                ));
            }
            Encoding::Gsm7 => {
                if !self.code_gsm(units, options, fallback)? {
                    let language = options.language;
                    self.tables = Tables {
                        locking: language.filter(|language| *language != Language::Spanish),
                        shift: language,
                    };
                    encode(
                        units,
                        &Coder::Gsm(&Reverse::of(self.tables)),
                        fallback,
                        &mut self.coded,
                        Some(unencodable),
                    );
                    self.coded_gsm(options);
                }
                return Ok(());
            }
            Encoding::Ucs2 => (EncodingName::Ucs2, 0x08),
            Encoding::Latin1 => named(EncodingName::Latin1, 0x03)?,
            Encoding::Ascii => named(EncodingName::Ascii, 0x01)?,
            Encoding::Cyrillic => named(EncodingName::Cyrillic, 0x06)?,
            Encoding::Hebrew => named(EncodingName::Hebrew, 0x07)?,
            Encoding::Utf8 if options.default_alphabet == Alphabet::Utf8 => {
                named(EncodingName::Utf8, 0x00)?
            }
            Encoding::Utf8 => return Err(invalid("encoding", "no data_coding means UTF-8 here")),
        };
        let coder = match encoding {
            EncodingName::Ucs2 => Coder::Ucs2,
            EncodingName::Utf8 => Coder::Utf8,
            set => Coder::Octets(set),
        };
        encode(units, &coder, fallback, &mut self.coded, Some(unencodable));
        self.encoding = encoding;
        self.data_coding = if options.flash {
            data_coding | 0x10
        } else {
            data_coding
        };
        self.measure = match encoding {
            EncodingName::Ucs2 => Measure::Units,
            EncodingName::Cyrillic | EncodingName::Hebrew => Measure::Octets,
            _ => Measure::of_text(&self.coded, encoding == EncodingName::Utf8),
        };
        Ok(())
    }

    /// Fills `coded` with a text in Latin-1, if each of its characters is one septet of the default alphabet and that is what
    /// [`code`](Self::code) would choose: the usual case, straight on.
    pub(super) fn code_plain(&mut self, text: &[u8], options: &EncodeOptions<'_>) -> bool {
        let gsm = options.flash
            || matches!(
                options.default_alphabet,
                Alphabet::Gsm7 | Alphabet::Gsm7Packed
            );
        let chosen = gsm
            && options.language.is_none()
            && matches!(options.encoding, Encoding::Auto | Encoding::Gsm7);
        if !chosen || !BASIC.put_latin1(text, &mut self.coded) {
            return false;
        }
        self.tables = Tables::default();
        self.coded_gsm(options);
        true
    }

    /// In GSM 03.38 with the tables that make the fewest segments; `false` if none carries every character.
    fn code_gsm(
        &mut self,
        units: &[u16],
        options: &EncodeOptions<'_>,
        fallback: Fallback,
    ) -> Result<bool, TextError> {
        let basic = encode(units, &Coder::Gsm(&BASIC), fallback, &mut self.coded, None);
        if basic {
            self.coded_gsm(options);
        }
        let Some(language) = options.language else {
            return Ok(basic);
        };
        let mut best = None;
        if basic {
            self.cut(options)?;
            best = Some((self.billed, Tables::default()));
        }
        let locking = Some(language).filter(|language| *language != Language::Spanish);
        let candidates = [
            Some(Tables {
                locking: None,
                shift: Some(language),
            }),
            locking.map(|_| Tables {
                locking,
                shift: None,
            }),
            locking.map(|_| Tables {
                locking,
                shift: Some(language),
            }),
        ];
        for tables in candidates.into_iter().flatten() {
            if best.is_some_and(|(segments, _)| segments == 1) {
                break;
            }
            if encode(
                units,
                &Coder::Gsm(&Reverse::of(tables)),
                fallback,
                &mut self.coded,
                None,
            ) {
                self.tables = tables;
                self.coded_gsm(options);
                self.cut(options)?;
                if best.is_none_or(|(segments, _)| self.billed < segments) {
                    best = Some((self.billed, tables));
                }
            }
        }
        let Some((_, tables)) = best else {
            return Ok(false);
        };
        self.tables = tables;
        encode(
            units,
            &Coder::Gsm(&Reverse::of(tables)),
            fallback,
            &mut self.coded,
            None,
        );
        self.coded_gsm(options);
        Ok(true)
    }

    fn coded_gsm(&mut self, options: &EncodeOptions<'_>) {
        self.encoding = self
            .tables
            .language()
            .map_or(EncodingName::Gsm7, EncodingName::Gsm7National);
        self.data_coding = if options.flash { 0x10 } else { 0x00 };
        self.measure = match options.default_alphabet {
            Alphabet::Gsm7Packed => Measure::PackedSeptets,
            _ => Measure::Septets,
        };
    }

    /// As `data_coding` 0 of an SMSC that does not mean GSM 03.38 by it, yet sends GSM 03.38; `false` if that would
    /// not carry every character.
    fn code_default(
        &mut self,
        units: &[u16],
        options: &EncodeOptions<'_>,
        fallback: Fallback,
    ) -> bool {
        let (encoding, coder) = match options.default_alphabet {
            Alphabet::Utf8 => (EncodingName::Utf8, Coder::Utf8),
            Alphabet::Ascii => (EncodingName::Ascii, Coder::Octets(EncodingName::Ascii)),
            _ => (EncodingName::Latin1, Coder::Octets(EncodingName::Latin1)),
        };
        self.encoding = encoding;
        self.data_coding = 0x00;
        self.measure = if encoding == EncodingName::Utf8 {
            Measure::Utf8AsSeptets
        } else {
            Measure::LatinAsSeptets
        };
        encode(
            units,
            &Coder::WithinGsm(&coder),
            fallback,
            &mut self.coded,
            None,
        )
    }
}
