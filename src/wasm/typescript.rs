//! TypeScript that is put together while this crate is compiled. scripts/build.mjs takes it out of the declarations that wasm-bindgen
//! writes: dist/bindgen/boundary-source.ts.

/// More than there is; the compiler says so when there is more.
const ROOM: usize = 16 * 1024;

/// A text that grows.
pub(super) struct TypeScript {
    octets: [u8; ROOM],
    length: usize,
}

impl TypeScript {
    pub(super) const fn new() -> Self {
        Self {
            octets: [0; ROOM],
            length: 0,
        }
    }

    const fn octet(&mut self, octet: u8) {
        self.octets[self.length] = octet;
        self.length += 1;
    }

    pub(super) const fn put(&mut self, text: &str) {
        let text = text.as_bytes();
        let mut at = 0;
        while at < text.len() {
            self.octet(text[at]);
            at += 1;
        }
    }

    pub(super) const fn number(&mut self, number: usize) {
        if number >= 10 {
            self.number(number / 10);
        }
        self.octet(b'0' + (number % 10) as u8);
    }

    /// A name as JavaScript spells it.
    const fn camel(&mut self, name: &str) {
        let name = name.as_bytes();
        let mut at = 0;
        while at < name.len() {
            if name[at] == b'_' {
                at += 1;
                self.octet(name[at].to_ascii_uppercase());
            } else {
                self.octet(name[at]);
            }
            at += 1;
        }
    }

    const fn quoted(&mut self, names: &[&str], between: &str) {
        let mut at = 0;
        while at < names.len() {
            if at > 0 {
                self.put(between);
            }
            self.put("\"");
            self.put(names[at]);
            self.put("\"");
            at += 1;
        }
    }

    /// Begins an enumeration, or the places of a record.
    pub(super) const fn open(&mut self, name: &str) {
        self.put("export const enum ");
        self.put(name);
        self.put(" {\n");
    }

    pub(super) const fn doc(&mut self, text: &str) {
        self.put("  /**");
        self.put(text);
        self.put(" */\n");
    }

    pub(super) const fn member(&mut self, name: &str, value: usize) {
        self.put("  ");
        self.camel(name);
        self.put(" = ");
        self.number(value);
        self.put(",\n");
    }

    pub(super) const fn close(&mut self) {
        self.put("}\n");
    }

    /// Names in the order of their numbers.
    pub(super) const fn list(&mut self, list: &str, names: &[&str]) {
        self.put("export const ");
        self.put(list);
        self.put(" = [");
        self.quoted(names, ", ");
        self.put("] as const;\n");
    }

    /// An entry of a list: a name and its choices.
    pub(super) const fn choices(&mut self, name: &str, values: &[&str]) {
        self.put("  [");
        self.quoted(&[name], "");
        self.put(", [");
        self.quoted(values, ", ");
        self.put("]],\n");
    }

    /// An entry of a list: a name and the kind of its values.
    pub(super) const fn pair(&mut self, name: &str, kind: &str) {
        self.put("  [");
        self.quoted(&[name, kind], ", ");
        self.put("],\n");
    }

    /// Names in the order of their numbers, and the type of whatever has one of them.
    pub(super) const fn names(&mut self, list: &str, name: &str, names: &[&str]) {
        self.documented(list, name, "", names);
    }

    /// The same, of a type that users of the package see.
    pub(super) const fn documented(&mut self, list: &str, name: &str, doc: &str, names: &[&str]) {
        self.list(list, names);
        if !doc.is_empty() {
            self.put("/** ");
            self.put(doc);
            self.put(" */\n");
        }
        self.put("export type ");
        self.put(name);
        self.put(" = ");
        self.quoted(names, " | ");
        self.put(";\n");
    }

    /// What has been put so far.
    pub(super) const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.octets.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => panic!("names are cut apart"),
        }
    }
}
