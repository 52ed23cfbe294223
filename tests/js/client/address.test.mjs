// Recipients and senders as people, spreadsheets and programs write them: tests/vectors/addresses.json has those found in public material.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { importSource } from "./helpers.mjs";

const { country, numberOf, readAddress, readRecipient } = await importSource("tests/js/client/internals.ts");

const vectors = JSON.parse(readFileSync(new URL("../../vectors/addresses.json", import.meta.url), "utf8"));

function read(reader, input, letters) {
  const out = {};
  reader(input, out, "to", letters && country(letters));
  return out.ton === 1 ? `+${out.addr}` : out.addr;
}

describe("recipients", () => {
  test("are numbers, whatever is between their digits", () => {
    assert.ok(vectors.recipients.length >= 40);
    for (const { input, country: letters, number } of vectors.recipients) {
      if (number !== undefined) assert.equal(read(readRecipient, input, letters), number, `${JSON.stringify(input)} in ${letters}`);
    }
  });

  test("anything else is refused, and named by what is wrong with it", () => {
    for (const { input, error } of vectors.recipients) {
      if (error === undefined) continue;
      assert.throws(() => read(readRecipient, input), (found) => found.code === "invalid-field" && found.field === "to" && found.message.includes(error), JSON.stringify(input));
    }
  });

  test("are kept as they are in an object", () => {
    const out = {};
    readRecipient({ ton: 5, npi: 0, addr: "tel:+1555" }, out, "to");
    assert.deepEqual(out, { ton: 5, npi: 0, addr: "tel:+1555" });
  });

  test("have a type: international with +, else unknown", () => {
    const types = (input, letters) => {
      const out = {};
      readRecipient(input, out, "to", letters && country(letters));
      return [out.ton, out.npi];
    };
    assert.deepEqual(types("+49 171 1"), [1, 1]);
    assert.deepEqual(types("0171 1234567"), [0, 0]);
    assert.deepEqual(types("0171 1234567", "DE"), [1, 1]);
    assert.deepEqual(types("12345", "DE"), [0, 0], "a short code");
    assert.deepEqual(types("123456", "DE"), [0, 0]);
    assert.deepEqual(types("1234567", "DE"), [1, 1]);
  });

  test("have at most 15 digits with +, 20 without", () => {
    assert.equal(read(readRecipient, "+123456789012345"), "+123456789012345");
    assert.equal(read(readRecipient, "12345678901234567890"), "12345678901234567890");
    assert.throws(() => read(readRecipient, "+1234567890123456"), /16 digits.*at most 15/);
    assert.throws(() => read(readRecipient, "123456789012345678901"), /21 digits.*at most 20/);
    assert.throws(() => read(readRecipient, "00123456789012345678", "DE"), /too many digits/);
  });

  test("a number or nothing in place of a string is named", () => {
    assert.throws(() => read(readRecipient, 491711234567), /has to be a string/);
    assert.throws(() => read(readRecipient, 49n), /has to be a string/);
    for (const input of [null, true, [], {}, { ton: 1 }]) assert.throws(() => read(readRecipient, input), /a string or \{ ton, npi, addr \}/);
  });
});

describe("senders", () => {
  for (const [input, expected] of [["ACME", "ACME"], ["12345", "12345"], ["+49 171/123", "+49171123"], ["*100#", "*100#"], ["Ärzte 24", "Ärzte 24"], ["1800-CALL", "1800-CALL"], ["", ""]]) {
    test(JSON.stringify(input), () => assert.equal(read(readAddress, input), expected));
  }
  for (const [input, error] of [
    ["MyCompanyName", /13 characters.*at most 11/],
    ["Привет", /"П" \(U\+041F\)/],
    ["A\0B", /control character U\+0000/],
    ["A\r\nB", /control character U\+000D/],
    ["a\u0085", /control character U\+0085/],
    ["4.9E+11", /spreadsheet/],
    ["undefined", /missing/],
    ["!!!", /neither a number nor a name/],
    ["12#34*56789012345678901", /not a phone number|extension/],
  ]) {
    test(`${JSON.stringify(input)} is refused`, () => assert.throws(() => read(readAddress, input), error));
  }
});

describe("numbers of what comes in", () => {
  for (const [address, letters, expected] of [
    [{ ton: 1, npi: 1, addr: "1234567890" }, undefined, "+1234567890"],
    [{ ton: 1, npi: 1, addr: "+1234567890" }, undefined, "+1234567890"],
    [{ ton: 0, npi: 0, addr: "1234567890" }, undefined, "1234567890"],
    [{ ton: 0, npi: 0, addr: "+" }, undefined, undefined],
    [{ ton: 0, npi: 0, addr: "" }, undefined, undefined],
    [{ ton: 5, npi: 0, addr: "ACME" }, "DE", undefined],
    [{ ton: 0, npi: 1, addr: "01711234567" }, "DE", "+491711234567"],
    [{ ton: 2, npi: 1, addr: "1711234567" }, "DE", "+491711234567"],
    [{ ton: 0, npi: 1, addr: "491711234567" }, "DE", "+491711234567"],
    [{ ton: 0, npi: 0, addr: "12345" }, "DE", "12345"],
    [{ ton: 3, npi: 0, addr: "1711234567" }, "DE", "1711234567"],
    [{ ton: 0, npi: 0, addr: "12345678901234567" }, "ES", "12345678901234567"],
  ]) {
    test(JSON.stringify([address, letters]), () => assert.equal(numberOf(address, letters && country(letters)), expected));
  }
});

test("every country of the table can be read", () => {
  assert.equal(country("xx"), undefined);
  assert.equal(country("Toto"), undefined);
  for (const [letters, code, trunk, abroad, longest] of [["de", "49", "0", "00", 13], ["US", "1", "1", "011", 10], ["RU", "7", "8", "810", 10], ["HU", "36", "06", "00", 13], ["IT", "39", "", "00", 11], ["AU", "61", "0", "0011", 13], ["XK", "383", "0", "00", 12]]) {
    assert.deepEqual(country(letters), { code, trunk, abroad: [abroad], longest });
  }
});

// Short numbers that can't be told from short codes (AC, AD, TA, TK, TV), Argentina's mobile numbers, which are written in another way
// inside the country, and Gabon's numbers of before 2019.
const OTHERWISE = ["AC", "AD", "AR", "GA", "TA", "TK", "TV"];

test("numbers as they are written inside each country", () => {
  const { numbers } = JSON.parse(readFileSync(new URL("../../vectors/national-numbers.json", import.meta.url), "utf8"));
  const wrong = numbers.filter(([letters, national, number]) => {
    const digits = national.replace(/\D/g, "");
    return country(letters) === undefined || numberOf({ ton: 0, npi: 1, addr: digits }, country(letters)) !== number;
  });
  assert.equal(numbers.length, 245);
  assert.deepEqual(wrong.map(([letters]) => letters), OTHERWISE);
  for (const [letters, national] of wrong.filter(([letters]) => letters !== "GA")) {
    const digits = national.replace(/\D/g, "");
    const known = country(letters);
    assert.equal(known && numberOf({ ton: 0, npi: 1, addr: digits }, known), known && digits, "it stays as it is");
  }
});

test("up to six digits are a short code, except where the country's own numbers are as short", () => {
  const number = (addr, letters) => numberOf({ ton: 0, npi: 0, addr }, country(letters));
  assert.equal(number("123456", "DE"), "123456");
  assert.equal(number("1234567", "DE"), "+491234567");
  assert.equal(number("211234", "FO"), "+298211234");
  assert.equal(number("12345", "FO"), "12345");
  assert.equal(number("71234", "CK"), "+68271234");
  assert.equal(number("1234", "CK"), "1234");
});

test("a sender is read the same however often it comes", () => {
  const read = (input) => {
    const out = { ton: 9, npi: 9, addr: "" };
    readAddress(input, out, "from");
    return out;
  };
  const name = { ton: 5, npi: 0, addr: "Example" };
  assert.deepEqual([read("Example"), read("Example"), read("+1234"), read("Example")], [name, name, { ton: 1, npi: 1, addr: "1234" }, name]);
  for (let i = 0; i < 2; i++) assert.throws(() => read("Far too long a name"), { code: "invalid-field", field: "from" });
});
