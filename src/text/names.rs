//! The names of alphabets, encodings and languages, as options and results spell them.

/// Where a name stands among others.
fn place(names: &[&str], name: &str) -> Option<usize> {
    names.iter().position(|known| *known == name)
}

/// With the feature `serde` a value is its name.
macro_rules! serde_by_name {
    ($type:ident) => {
        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::{Error, Unexpected};
                let name = alloc::string::String::deserialize(deserializer)?;
                let unknown =
                    || D::Error::invalid_value(Unexpected::Str(&name), &stringify!($type));
                Self::by_name(&name).ok_or_else(unknown)
            }
        }
    };
}
pub(crate) use serde_by_name;

/// Declares an enum whose variants have one name each, with the way back.
macro_rules! named {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $type { $($(#[$doc])* $variant,)+ }

        impl $type {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [$type] = &[$($type::$variant,)+];

            /// The name options and results use.
            pub const fn as_str(self) -> &'static str {
                match self { $($type::$variant => $name,)+ }
            }

            /// The value of a name, exactly as [`as_str`](Self::as_str) spells it.
            pub fn by_name(name: &str) -> Option<$type> {
                let at = place(&[$($name),+], name)?;
                Self::ALL.get(at).copied()
            }
        }

        crate::text::names::serde_by_name!($type);
    };
}

named! {
    /// What `data_coding` 0 means at an SMSC. The specification leaves it open (SMPP 3.4, 5.2.19).
    #[derive(Default)]
    Alphabet {
        /// GSM 03.38, one septet an octet.
        #[default]
        Gsm7 = "gsm7",
        /// GSM 03.38, septets packed as on the air.
        Gsm7Packed = "gsm7-packed",
        /// ISO-8859-1.
        Latin1 = "latin1",
        /// ASCII.
        Ascii = "ascii",
        /// UTF-8.
        Utf8 = "utf8",
    }
}

named! {
    /// What `data_coding` 1 (IA5, ASCII) is read as.
    #[derive(Default)]
    Ia5 {
        /// ASCII, unless there are octets that a text in ASCII never has: then it is GSM 03.38, which some peers send so.
        #[default]
        Auto = "auto",
        /// ASCII.
        Ascii = "ascii",
        /// GSM 03.38, one septet an octet.
        Gsm7 = "gsm7",
    }
}

/// What the values of `data_coding` mean that SMSCs disagree about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alphabets {
    /// `data_coding` 0.
    pub zero: Alphabet,
    /// `data_coding` 1.
    pub one: Ia5,
}

impl From<Alphabet> for Alphabets {
    fn from(zero: Alphabet) -> Self {
        Self {
            zero,
            one: Ia5::default(),
        }
    }
}

named! {
    /// How a text too long for one message is carried.
    #[derive(Default)]
    Concat {
        /// Split, user data header element 00: 8-bit reference.
        #[default]
        Udh8 = "udh8",
        /// Split, user data header element 08: 16-bit reference.
        Udh16 = "udh16",
        /// Split, the `sar_*` TLVs. A message that needs a user data header for something else is
        /// concatenated in that header (element 00), since the two exclude each other.
        Sar = "sar",
        /// Whole, in `message_payload`; the SMSC splits.
        Payload = "payload",
    }
}

named! {
    /// The coding asked for.
    #[derive(Default)]
    Encoding {
        /// The form with the fewest segments that carries every character exactly.
        #[default]
        Auto = "auto",
        /// GSM 03.38 and, where a language is named, its tables.
        Gsm7 = "gsm7",
        /// ISO-8859-1, `data_coding` 3.
        Latin1 = "latin1",
        /// ASCII, `data_coding` 1.
        Ascii = "ascii",
        /// UTF-16 big endian, `data_coding` 8.
        Ucs2 = "ucs2",
        /// ISO-8859-5, `data_coding` 6.
        Cyrillic = "iso-8859-5",
        /// ISO-8859-8, `data_coding` 7.
        Hebrew = "iso-8859-8",
        /// UTF-8, for an SMSC whose `data_coding` 0 is that.
        Utf8 = "utf8",
    }
}

named! {
    /// A national language of 3GPP TS 23.038, annex A. The order is that of the identifiers, from 1.
    Language {
        /// Identifier 1.
        Turkish = "turkish",
        /// Identifier 2; has no locking shift table.
        Spanish = "spanish",
        /// Identifier 3.
        Portuguese = "portuguese",
        /// Identifier 4; Assamese too.
        Bengali = "bengali",
        /// Identifier 5.
        Gujarati = "gujarati",
        /// Identifier 6.
        Hindi = "hindi",
        /// Identifier 7.
        Kannada = "kannada",
        /// Identifier 8.
        Malayalam = "malayalam",
        /// Identifier 9.
        Oriya = "oriya",
        /// Identifier 10.
        Punjabi = "punjabi",
        /// Identifier 11.
        Tamil = "tamil",
        /// Identifier 12.
        Telugu = "telugu",
        /// Identifier 13.
        Urdu = "urdu",
    }
}

impl Language {
    /// The language identifier of user data header elements 24 and 25.
    #[must_use]
    pub const fn id(self) -> u8 {
        self as u8 + 1
    }

    /// The language of an identifier; `None` for 0 and what is reserved.
    #[must_use]
    pub fn by_id(id: u8) -> Option<Language> {
        Self::ALL.get(usize::from(id).checked_sub(1)?).copied()
    }
}

/// The coding a text is in, as it was chosen or found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EncodingName {
    /// GSM 03.38 with the default tables.
    #[default]
    Gsm7,
    /// GSM 03.38 with a national table.
    Gsm7National(Language),
    /// ISO-8859-1.
    Latin1,
    /// ASCII.
    Ascii,
    /// UTF-16 big endian.
    Ucs2,
    /// ISO-8859-5.
    Cyrillic,
    /// ISO-8859-8.
    Hebrew,
    /// UTF-8.
    Utf8,
    /// Shift-JIS, for JIS X 0208.
    ShiftJis,
    /// ISO-2022-JP.
    Iso2022Jp,
    /// EUC-JP, for JIS X 0212.
    EucJp,
    /// EUC-KR, for KS C 5601.
    EucKr,
    /// No text at all.
    Binary,
}

serde_by_name!(EncodingName);

impl EncodingName {
    /// Every encoding: those without a national table in the order of declaration, then [`Gsm7National`](Self::Gsm7National) of each
    /// language.
    pub const ALL: &'static [EncodingName] = &{
        let plain = [
            Self::Gsm7,
            Self::Latin1,
            Self::Ascii,
            Self::Ucs2,
            Self::Cyrillic,
            Self::Hebrew,
            Self::Utf8,
            Self::ShiftJis,
            Self::Iso2022Jp,
            Self::EucJp,
            Self::EucKr,
            Self::Binary,
        ];
        let mut all = [Self::Gsm7; 12 + Language::ALL.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = if at < plain.len() {
                plain[at]
            } else {
                Self::Gsm7National(Language::ALL[at - plain.len()])
            };
            at += 1;
        }
        all
    };

    /// The encoding of a name, exactly as [`as_str`](Self::as_str) spells it.
    #[must_use]
    pub fn by_name(name: &str) -> Option<EncodingName> {
        let mut all = Self::ALL.iter();
        all.find(|encoding| encoding.as_str() == name).copied()
    }

    /// The name results use: `gsm7`, `gsm7-turkish`, `latin1`, `ucs2`, `shift_jis` …
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm7",
            Self::Gsm7National(language) => match language {
                Language::Turkish => "gsm7-turkish",
                Language::Spanish => "gsm7-spanish",
                Language::Portuguese => "gsm7-portuguese",
                Language::Bengali => "gsm7-bengali",
                Language::Gujarati => "gsm7-gujarati",
                Language::Hindi => "gsm7-hindi",
                Language::Kannada => "gsm7-kannada",
                Language::Malayalam => "gsm7-malayalam",
                Language::Oriya => "gsm7-oriya",
                Language::Punjabi => "gsm7-punjabi",
                Language::Tamil => "gsm7-tamil",
                Language::Telugu => "gsm7-telugu",
                Language::Urdu => "gsm7-urdu",
            },
            Self::Latin1 => "latin1",
            Self::Ascii => "ascii",
            Self::Ucs2 => "ucs2",
            Self::Cyrillic => "iso-8859-5",
            Self::Hebrew => "iso-8859-8",
            Self::Utf8 => "utf8",
            Self::ShiftJis => "shift_jis",
            Self::Iso2022Jp => "iso-2022-jp",
            Self::EucJp => "euc-jp",
            Self::EucKr => "euc-kr",
            Self::Binary => "binary",
        }
    }

    /// The label of the platform's `TextDecoder` for a coding whose tables are not in this crate.
    #[must_use]
    pub const fn platform_label(self) -> Option<&'static str> {
        match self {
            Self::ShiftJis | Self::Iso2022Jp | Self::EucJp | Self::EucKr => Some(self.as_str()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_listed_once_and_found_by_its_name() {
        for (at, &encoding) in EncodingName::ALL.iter().enumerate() {
            // An encoding that is new has no place here yet: give it one, and one in `ALL`.
            let expected = match encoding {
                EncodingName::Gsm7 => 0,
                EncodingName::Latin1 => 1,
                EncodingName::Ascii => 2,
                EncodingName::Ucs2 => 3,
                EncodingName::Cyrillic => 4,
                EncodingName::Hebrew => 5,
                EncodingName::Utf8 => 6,
                EncodingName::ShiftJis => 7,
                EncodingName::Iso2022Jp => 8,
                EncodingName::EucJp => 9,
                EncodingName::EucKr => 10,
                EncodingName::Binary => 11,
                EncodingName::Gsm7National(language) => 11 + usize::from(language.id()),
            };
            assert_eq!(at, expected, "{encoding:?}");
            assert_eq!(EncodingName::by_name(encoding.as_str()), Some(encoding));
        }
        assert_eq!(EncodingName::ALL.len(), 12 + Language::ALL.len());
        assert_eq!(EncodingName::by_name("auto"), None);
    }
}
