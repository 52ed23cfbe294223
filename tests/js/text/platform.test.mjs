// Codings whose tables are the platform's: Shift-JIS, EUC-JP and EUC-KR, by data_coding 5, 13 and 14 (SMPP 3.4, 5.2.19).

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect, SmppError } from "smpp-edge";
import { countSegments } from "smpp-edge/decoder";
import { createSimulator } from "smpp-edge/server";

const hex = (octets) => Buffer.from(octets).toString("hex");
const ADDRESSES = { from: "12345", to: "+15551230000" };

/** Octets as Python's codecs shift_jis, euc_jp and euc_kr write them. */
const CODINGS = [
  { encoding: "shift_jis", dataCoding: 5, text: "日本語のテスト ｶﾅ①\\~", octets: "93fa967b8cea82cc83658358836720b6c587405c7e" },
  { encoding: "euc-jp", dataCoding: 13, text: "日本語のテスト ｶﾅ", octets: "c6fccbdcb8eca4cea5c6a5b9a5c8208eb68ec5" },
  { encoding: "euc-kr", dataCoding: 14, text: "안녕하세요 한국어 SMS", octets: "bec8b3e7c7cfbcbcbfe420c7d1b1b9beee20534d53" },
];

for (const { encoding, dataCoding, text, octets } of CODINGS) {
  describe(encoding, () => {
    test("is written as others write it", () => {
      const counted = countSegments(text, { encoding });
      assert.deepEqual([counted.encoding, counted.dataCoding, counted.segments, counted.units, counted.unencodable], [encoding, dataCoding, 1, octets.length / 2, []]);
      assert.equal(hex(counted.parts[0].octets), octets);
    });

    test("every character that is written is read as itself", () => {
      const decoder = new TextDecoder(encoding, { fatal: true });
      let count = 0;
      for (let unit = 0; unit < 0x10000; unit++) {
        const char = String.fromCharCode(unit);
        const { parts, unencodable } = countSegments(char, { encoding });
        if (unencodable.length > 0) continue;
        assert.equal(decoder.decode(parts[0].octets), char);
        count++;
      }
      // ASCII, and the 6,355 kanji of JIS X 0208 or the 8,226 characters of KS C 5601.
      assert.ok(count > (encoding === "euc-kr" ? 8_226 : 6_355 + 500), `${count}`);
    });

    test("goes out and comes in, long too", async () => {
      await using simulator = await createSimulator({ port: 0 });
      const messages = [];
      await using smpp = await connect(simulator.url, { onMessage: (message) => void messages.push(message) });
      const long = text.repeat(20);
      const sent = await smpp.sendSms({ ...ADDRESSES, text: long, encoding });
      const kept = simulator.messages();
      assert.deepEqual([sent.encoding, sent.segments.length], [encoding, kept.length]);
      assert.ok(kept.length > 1 && kept.every((message) => message.dataCoding === dataCoding && message.octets.length <= 140));
      assert.equal(kept.map((message) => hex(message.octets.subarray(6))).join(""), octets.repeat(20));
      assert.equal(kept.map((message) => message.text).join(""), long, "no character is parted");
      await simulator.deliver({ from: "+15551230000", to: "12345", text: long, encoding });
      assert.deepEqual(messages.map((message) => [message.text, message.encoding]), [[long, encoding]]);
    });

    test("what it lacks is named, or replaced", async () => {
      const lacking = `a😀${text}ß`;
      const where = [{ index: 1, char: "😀" }, { index: 3 + text.length, char: "ß" }].filter(({ char }) => char !== "ß" || encoding === "shift_jis");
      assert.deepEqual(countSegments(lacking, { encoding }).unencodable, where);
      await using simulator = await createSimulator({ port: 0 });
      await using smpp = await connect(simulator.url);
      await assert.rejects(smpp.sendSms({ ...ADDRESSES, text: lacking, encoding }), (error) => {
        assert.ok(error instanceof SmppError);
        assert.deepEqual(error.unencodable, where);
        return true;
      });
      await smpp.sendSms({ ...ADDRESSES, text: "a😀", encoding, substitute: "?" });
      assert.equal(simulator.messages()[0].text, "a?");
      assert.throws(() => countSegments("a", { encoding, transliterate: true }), /transliterate/);
    });
  });
}
