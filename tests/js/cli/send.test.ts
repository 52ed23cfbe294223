import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createSimulator, type Simulator } from "smpp-edge/server";
import { selfSigned } from "../client/certificate.ts";
import { line } from "../../../js/cli/send/progress.ts";
import { Results } from "../../../js/cli/send/results.ts";
import { until } from "../simulator/peers.ts";
import { program, run, start } from "./program.ts";

const directory = mkdtempSync(join(tmpdir(), "smpp-edge-send-"));
after(() => rmSync(directory, { recursive: true, force: true }));

let count = 0;
/** A file that was not there before. */
const fresh = (extension: string): string => join(directory, `${++count}.${extension}`);
function file(extension: string, content: string | Uint8Array): string {
  const path = fresh(extension);
  writeFileSync(path, content);
  return path;
}

async function withSimulator(options: Parameters<typeof createSimulator>[0], use: (simulator: Simulator, flags: string[], env: { SMPP_PASSWORD: string }) => Promise<void>): Promise<void> {
  const simulator = await createSimulator({ port: 0, ...options });
  try {
    await use(simulator, ["send", "--url", simulator.url.replace(":password", "")], { SMPP_PASSWORD: "password" });
  } finally {
    await simulator.close();
  }
}

/** The rows of a file of results, without the heading; no cell of these tests holds a comma. */
const rowsOf = (path: string): string[][] => readFileSync(path, "utf8").trimEnd().split("\r\n").slice(1).map((row) => row.split(","));

const submitted = (simulator: Simulator): unknown[] => simulator.messages().map(({ from, to, text }) => [from.addr, to.addr, text]);

describe("one message", () => {
  test("is sent, with the password from the environment", () => withSimulator({}, async (simulator, flags, env) => {
    const { code, out, err } = await run([...flags, "--from", "12345", "--to", "+1234567890", "--text", "Hello World"], { env });
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^accepted as \S+ \(gsm7, 1 segment\)\n$/);
    assert.deepEqual(submitted(simulator), [["12345", "1234567890", "Hello World"]]);
  }));

  test("goes to $SMPP_URL, over TLS with an authority of one's own", () => {
    const { cert, key } = selfSigned("smsc.example");
    return withSimulator({ tls: { cert, key } }, async (simulator) => {
      const flags = ["send", "--ca", file("pem", cert), "--servername", "smsc.example", "--to", "+1", "--text", "x".repeat(161)];
      const { code, out } = await run(flags, { env: { SMPP_URL: simulator.url } });
      assert.equal(code, 0);
      assert.match(out, /2 segments/);
    });
  });

  test("refused by the SMSC: exit code 3, and its status", () => withSimulator({}, async (_, flags, env) => {
    const { code, out } = await run([...flags, "--to", "+12349990005", "--text", "x"], { env });
    assert.equal(code, 3);
    assert.match(out, /^rejected: submit_sm was refused with ESME_/);
  }));

  test("a wrong password: exit code 1, and what the SMSC says", () => withSimulator({}, async (_, flags) => {
    const { code, err } = await run([...flags, "--to", "+1", "--text", "x"], { env: { SMPP_PASSWORD: "guess" } });
    assert.equal(code, 1);
    assert.match(err, /^send: bind_transmitter was refused with ESME_RINVPASWD/);
    assert.doesNotMatch(err, /guess|\n\s+at /);
  }));

  test("--dry-run tells encoding and segments, and needs no SMSC", async () => {
    assert.deepEqual(await run(["send", "--dry-run", "--to", "+49170", "--text", "Hallo €"]), { code: 0, out: "+49170  gsm7, 1 segment, 152 left\n", err: "" });
    assert.match((await run(["send", "--dry-run", "--to", "+49170", "--text", "ж".repeat(71)])).out, /ucs2, 2 segments/);
    assert.match((await run(["send", "--dry-run", "--to", "+49170", "--binary", "ff".repeat(141)])).out, /binary, 2 segments/);
  });

  for (const [flags, message] of [
    [["--text", "x"], /--to is missing/],
    [["--to", "+1"], /--text is missing/],
    [["--to", "+1", "--text", "x", "--max-segments", "many"], /--max-segments: a number is expected/],
    [["--to", "not a number at all", "--text", "x"], /--to: "not a number at all" is not a phone number/],
    [["--to", "+1", "--text", "x", "--results", "x.csv"], /--results is for a file/],
    [["--to", "+1", "--text", "x"], /--url is missing, or the variable SMPP_URL/],
    [["--to", "+1", "--text", "x", "--url", "smpp://id@localhost"], /SMPP_PASSWORD/],
    [["--to", "+1", "--text", "x", "--url", "smpp://id:pw@localhost", "--window", "0"], /--window: a whole number from 1 to 1000/],
    [["--to", "+1", "--text", "x", "--url", "smpp://id:pw@localhost", "--servername", "x"], /smpps:/],
    [["--colour"], /--colour/],
    [["a.csv", "b.csv"], /one file/],
    [[program], /--format/],
  ] as const) {
    test(`send ${flags.join(" ")}: exit code 2, and why`, async () => {
      const { code, err } = await run(["send", ...flags]);
      assert.equal(code, 2);
      assert.match(err, message);
      assert.doesNotMatch(err, /\n\s+at /);
    });
  }
});

describe("a file of messages", () => {
  const csv = file("csv", '\ufeffid,to,text,Max segments\r\na,+15550000001,"Hello, ""World""\nsecond line",\r\n\r\nb,+1555 (nonsense),x,\r\nc,+12349990005,refused,\r\nd,+15550000002,Grüße,1\r\n');

  test("CSV: what is fit goes out, and a summary tells of the rest", () => withSimulator({}, async (simulator, flags, env) => {
    const results = fresh("csv");
    const { code, out, err } = await run([...flags, "--from", "Sender", "--results", results, csv], { env });
    assert.deepEqual([code, err], [3, ""]);
    const [first, ...reasons] = out.trimEnd().split("\n");
    assert.match(first ?? "", /^4 messages in [\d.]+ s: 2 accepted, 1 rejected, 1 not sent; 2 segments$/);
    assert.equal(reasons.length, 2);
    assert.match(out, /1 × invalid-field, first on line 5: to: /);
    assert.match(out, /1 × ESME_\w+, first on line 6/);
    assert.deepEqual(submitted(simulator), [["Sender", "15550000001", 'Hello, "World"\nsecond line'], ["Sender", "15550000002", "Grüße"]]);
    const ids = simulator.messages().map(({ id }) => id);
    const lines = readFileSync(results, "utf8").trimEnd().split("\r\n");
    assert.equal(lines[0], "line,id,to,outcome,message_ids,error,report,report_error,done_at");
    assert.deepEqual(lines.slice(1).sort().map((each) => each.split(",").slice(0, 5)), [
      ["2", "a", "+15550000001", "accepted", ids[0]], ["5", "b", "", "not-sent", ""], ["6", "c", "+12349990005", "rejected", ""], ["7", "d", "+15550000002", "accepted", ids[1]],
    ]);
  }));

  test("JSON lines on standard input", () => withSimulator({}, async (simulator, flags, env) => {
    const input = '{"to":"+15550000001","text":"one"}\n\n{"to":{"ton":5,"npi":0,"addr":"Name"},"binary":"00ff","from":"1"}\nnonsense\n{"too":"+1"}\n';
    const { code, out } = await run([...flags, "--format", "jsonl", "--from", "12345", "-"], { env, input });
    assert.equal(code, 3);
    assert.match(out, /^4 messages .*: 2 accepted, 2 not sent/);
    assert.match(out, /2 × unreadable, first on line 4/);
    assert.deepEqual(submitted(simulator).map((each) => (each as string[]).slice(0, 2)), [["12345", "15550000001"], ["1", "Name"]]);
  }));

  test("--skip passes over the first messages", () => withSimulator({}, async (simulator, flags, env) => {
    const many = file("csv", `to,text\n${[1, 2, 3, 4].map((n) => `+1555000000${n},${n}`).join("\n")}\n`);
    assert.equal((await run([...flags, "--skip", "3", many], { env })).code, 0);
    assert.deepEqual(simulator.messages().map(({ text }) => text), ["4"]);
  }));

  test("--dry-run tells each, and the sum", async () => {
    const { code, out } = await run(["send", "--dry-run", csv]);
    assert.equal(code, 3);
    assert.match(out, /^line 2: \+15550000001 {2}gsm7, 1 segment, \d+ left$/m);
    assert.match(out, /^line 5: to: /m);
    assert.match(out, /^4 messages, 3 segments: 3 gsm7, 1 can't be sent\n$/m);
  });

  for (const [name, extension, content, message] of [
    ["no column of texts", "csv", "to,txt\n+1,x\n", /no column is named text; the columns are to, txt\. Name the one with the texts: --map text=COLUMN/],
    ["no column of recipients", "csv", "Phone,text\n+1,x\n", /none is named to; the columns are Phone, text\. Name the one with the recipients: --map to=COLUMN/],
    ["no names of columns", "csv", "+15550000001,x\n", /none is named to; the columns are \+15550000001, x/],
    ["two columns with one meaning", "csv", "to,TO,text\n+1,+2,x\n", /two columns hold to/],
    ["a workbook", "csv", "PK\u0003\u0004whatever", /this is a workbook \(\.xlsx, \.ods\), not CSV/],
    ["an empty file", "csv", "", /the file is empty/],
    ["a quotation mark that is not closed", "csv", 'to,text\n+1,"x\n+2,y\n', /line 2: a quotation mark is not closed/],
  ] as const) {
    test(`${name}: exit code 1, and why`, async () => {
      const { code, err } = await run(["send", "--dry-run", file(extension, content)]);
      assert.equal(code, 1);
      assert.match(err, message);
      assert.doesNotMatch(err, /\n\s+at /);
    });
  }

  test("a file that is not UTF-8: exit code 1, after what stood before it", () => withSimulator({}, async (simulator, flags, env) => {
    const path = fresh("csv");
    writeFileSync(path, Buffer.concat([Buffer.from("to,text\n+15550000001,x\n"), Buffer.alloc(100_000, "+15550000001,x\n"), Buffer.from("+1,\xe4\n", "latin1")]));
    const { code, out, err } = await run([...flags, path], { env });
    assert.equal(code, 1);
    assert.match(err, /not UTF-8/);
    assert(simulator.messages().length > 0);
    assert.match(out, /The rest of the file was not sent\. To go on: --skip \d+\n$/);
  }));

  test("of a file that can't be read at all nothing is said about its rest", () => withSimulator({}, async (_, flags, env) => {
    const { code, out, err } = await run([...flags, file("csv", "")], { env });
    assert.deepEqual([code, /the file is empty/.test(err)], [1, true]);
    assert.doesNotMatch(out, /To go on/);
  }));

  test("a file that is missing, and results that are there already", () => withSimulator({}, async (_, flags, env) => {
    const missing = await run([...flags, join(directory, "missing.csv")], { env });
    assert.deepEqual([missing.code, /there is no such file/.test(missing.err)], [1, true]);
    const there = await run([...flags, "--results", csv, csv], { env });
    assert.deepEqual([there.code, /exists already; --resume/.test(there.err)], [1, true]);
  }));

  test("Ctrl-C finishes what is on the wire, and says what was not sent", () => withSimulator({ faults: ["late"], late: 300 }, async (simulator, flags, env) => {
    const many = file("csv", `to,text\n${"+15550000001,x\n".repeat(500)}`);
    const results = fresh("csv");
    const { child, complains, exit, out } = start([...flags, "--window", "5", "--results", results, many], { env });
    await until("a message", () => simulator.messages().length >= 5);
    const stopping = complains(/stopping: the answers to \d+ messages are waited for/);
    child.kill("SIGINT");
    await stopping;
    assert.equal(await exit, 130);
    const [, total, resume] = /^(\d+) messages in .*: \1 accepted; [^]*To go on: --resume (\S+)\n$/.exec(out()) ?? assert.fail(out());
    assert.equal(resume, results);
    assert(Number(total) < 500);
    assert.equal(simulator.messages().length, Number(total));
    assert.equal(readFileSync(results, "utf8").trimEnd().split("\r\n").length, Number(total) + 1);
  }));

  test("a second Ctrl-C gives up: what is on the wire is unknown", () => withSimulator({ faults: ["never"] }, async (simulator, flags, env) => {
    const many = file("csv", `to,text\n${"+15550000001,x\n".repeat(50)}`);
    const { child, complains, exit, out } = start([...flags, "--window", "5", many], { env });
    await until("a message", () => simulator.messages().length >= 5);
    const stopping = complains(/stopping/);
    child.kill("SIGINT");
    await stopping;
    child.kill("SIGINT");
    assert.equal(await exit, 130);
    assert.match(out(), /5 unknown, 5 not sent[^]*--skip 5\n$/);
  }));

  test("the connection ends for good: exit code 1, and what was not sent", () => withSimulator({}, async (simulator, flags, env) => {
    const many = file("csv", `to,text\n${"+15550000001,x\n".repeat(2_000)}`);
    const { exit, out } = start([...flags, "--rate", "100", many], { env });
    await until("a message", () => simulator.messages().length >= 5);
    const { port } = simulator;
    await simulator.close();
    // The next connection finds that the password is another one now.
    const changed = await createSimulator({ port, accounts: { smppclient1: "changed" } });
    try {
      assert.equal(await exit, 1);
      const [, accepted, skip] = /: (\d+) accepted, [^]*\nthe connection ended: .*ESME_RINVPASWD.*\nThe rest of the file was not sent. To go on: --skip (\d+)\n$/.exec(out()) ?? assert.fail(out());
      assert.equal(skip, accepted);
    } finally {
      await changed.close();
    }
  }));

  test("200,000 lines pass through a small heap", async () => {
    const path = fresh("jsonl");
    const stream = createWriteStream(path);
    const text = "x".repeat(150);
    for (let i = 0; i < 200_000; i++) {
      if (!stream.write(`{"to":"+1555${String(i).padStart(7, "0")}","text":"${text}"}\n`)) await once(stream, "drain");
    }
    await new Promise<void>((resolve) => stream.end(resolve));
    const { code, out, err } = await run(["send", "--dry-run", path], { node: ["--max-old-space-size=12"] });
    assert.equal(code, 0, err);
    assert.match(out, /\n200,000 messages, 200,000 segments: 200,000 gsm7\n$/);
  });
});

describe("columns of a spreadsheet", () => {
  const sheet = "Name;Mobile;City\r\nAnna;+49 171 0000001;Bonn\r\n;+491710000002;\r\n";

  test("--map names the columns, {Name} puts a cell into the text, others are named as unused", () => withSimulator({}, async (simulator, flags, env) => {
    const { code, out, err } = await run([...flags, "--map", "to=mobile", "--text", "Hi {Name|you}, {{1}}", file("csv", sheet)], { env });
    assert.deepEqual([code, err], [0, "not used: the column City\n"], out);
    assert.deepEqual(simulator.messages().map(({ to, text }) => [to.addr, text]), [["491710000001", "Hi Anna, {1}"], ["491710000002", "Hi you, {1}"]]);
  }));

  test("an empty cell without another word is not sent", async () => {
    const { code, out } = await run(["send", "--dry-run", "--map", "to=Mobile", "--text", "Hi {Name}", file("csv", sheet)]);
    assert.equal(code, 3);
    assert.match(out, /^line 3: text: the column Name is empty; \{Name\|word\} sends a word in its place$/m);
  });

  for (const [flags, message] of [
    [["--map", "to=Mobil"], /--map to=Mobil: the file has no such column; its columns are Name, Mobile, City/],
    [["--map", "to=Mobile", "--text", "{Town}"], /the placeholder \{Town\}: the file has no such column/],
  ] as const) {
    test(`${flags.join(" ")}: exit code 1, and the columns`, async () => {
      const { code, err } = await run(["send", "--dry-run", "--text", "x", ...flags, file("csv", sheet)]);
      assert.equal(code, 1);
      assert.match(err, message);
    });
  }

  for (const [flags, message] of [
    [["--map", "Mobile"], /--map Mobile: expected FIELD=COLUMN/],
    [["--map", "too=Mobile"], /expected FIELD=COLUMN; the fields are id, to/],
    [["--map", "to=A", "--map", "to=B"], /to is mapped already/],
    [["--text", "{Name"], /--text: a placeholder is not closed/],
    [["--charset", "klingon"], /--charset klingon: expected a character set/],
    [["--price", "much"], /--price much: expected the price of a segment/],
    [["--results", "a", "--resume", "b"], /--resume takes the file of results/],
    [["--wait", "5", "--bind", "transmitter"], /it gets no reports to --wait for/],
  ] as const) {
    test(`${flags.join(" ")}: exit code 2, and why`, async () => {
      const { code, err } = await run(["send", ...flags, "x.csv"]);
      assert.equal(code, 2);
      assert.match(err, message);
    });
  }

  test("JSON lines: members for placeholders, and mapped ones", async () => {
    const { code, out } = await run(["send", "--dry-run", "--map", "to=msisdn", "--text", "Code {code}", file("jsonl", '{"msisdn":"+15550000001","code":1234}\n')]);
    assert.equal(code, 0, out);
    assert.match(out, /^line 1: \+15550000001 {2}gsm7, 1 segment, 151 left$/m);
  });

  const grüße = "to,text\n+15550000001,Grüße € 5\n";
  for (const [name, bytes, flags] of [
    ["UTF-16 by its mark, as Excel's Unicode text", Buffer.from(`\ufeff${grüße.replaceAll(",", "\t")}`, "utf16le"), []],
    ["UTF-16, big-endian", Buffer.from(`\ufeff${grüße}`, "utf16le").swap16(), []],
    ["windows-1252", Buffer.from(grüße.replace("€", "\x80"), "latin1"), ["--charset", "windows-1252"]],
    ["sep=; before the columns", Buffer.from(`sep=;\r\n${grüße.replaceAll(",", ";")}`), []],
  ] as const) {
    test(name, () => withSimulator({}, async (simulator, flagsOf, env) => {
      const path = fresh("csv");
      writeFileSync(path, bytes);
      const { code, out, err } = await run([...flagsOf, ...flags, path], { env });
      assert.equal(code, 0, out + err);
      assert.deepEqual(simulator.messages().map(({ text }) => text), ["Grüße € 5"]);
    }));
  }
});

describe("recipients that get none", () => {
  const many = "to,text\n+1 555 000 0001,a\n+15550000001,b\n+15550000002,c\n0015550000003,d\n";

  test("--default-country: numbers as they are dialled, in messages, --dedupe, --exclude and --dry-run", () => withSimulator({}, async (simulator, flags, env) => {
    const sheet = "to;text\r\n0171 1234567;a\r\n+49 171 1234567;b\r\n0171/7654321;c\r\n004917111111;d\r\n";
    const excluded = file("txt", "0049 171 7654321\n");
    const given = ["--default-country", "DE", "--dedupe", "--exclude", excluded, file("csv", sheet)];
    const dry = await run(["send", "--dry-run", ...given]);
    assert.match(dry.out, /^line 2: \+491711234567 .*\nline 3: skipped: duplicate\nline 4: skipped: excluded\nline 5: \+4917111111 /);
    const { code, err } = await run([...flags, ...given], { env });
    assert.equal(code, 0, err);
    assert.deepEqual(simulator.messages().map(({ to }) => [to.ton, to.addr]), [[1, "491711234567"], [1, "4917111111"]]);
    const wrong = await run([...flags, "--default-country", "Germany", file("csv", sheet)], { env });
    assert.deepEqual([wrong.code, /--default-country Germany: expected the two letters/.test(wrong.err)], [2, true]);
  }));

  test("Excel's Unicode text: UTF-16 with tabs, by its name", () => withSimulator({}, async (simulator, flags, env) => {
    const { code, err } = await run([...flags, file("txt", Buffer.from("\ufeffto\ttext\r\n+491711234567\tGrüße\r\n", "utf16le"))], { env });
    assert.equal(code, 0, err);
    assert.deepEqual(simulator.messages().map(({ text }) => text), ["Grüße"]);
  }));

  test("--dedupe and --exclude skip them, by number and not by spelling", () => withSimulator({}, async (simulator, flags, env) => {
    const results = fresh("csv");
    const excluded = file("csv", 'number,since\n"+1 555-000-0002",2026\n+15550000003,2026\n');
    const { code, out } = await run([...flags, "--dedupe", "--exclude", excluded, "--results", results, file("csv", many)], { env });
    assert.equal(code, 0, out);
    assert.match(out, /^4 messages in [\d.]+ s: 1 accepted, 3 skipped; 1 segment$/m);
    assert.match(out, /^ {2}1 × duplicate, first on line 3$/m);
    assert.match(out, /^ {2}2 × excluded, first on line 4$/m);
    assert.deepEqual(simulator.messages().map(({ text }) => text), ["a"]);
    assert.deepEqual(rowsOf(results).map((row) => [row[0], row[3], row[5]]).sort(), [["2", "accepted", ""], ["3", "skipped", "duplicate"], ["4", "skipped", "excluded"], ["5", "skipped", "excluded"]]);
  }));

  test("--dry-run shows them, and the cost of the others", async () => {
    const { code, out } = await run(["send", "--dry-run", "--dedupe", "--price", "0.045", file("csv", many)]);
    assert.equal(code, 0);
    assert.match(out, /^line 3: skipped: duplicate$/m);
    assert.match(out, /^4 messages, 3 segments: 3 gsm7, 1 skipped, cost 0\.135$/m);
  });

  test("a line of --exclude that is no number", async () => {
    const { code, err } = await run(["send", "--dry-run", "--exclude", file("txt", "+1555\nhello\n"), file("csv", many)]);
    assert.equal(code, 1);
    assert.match(err, /line 2: "hello" is not a phone number/);
  });
});

describe("--resume", () => {
  const messages = (count: number): string => file("csv", `to,text\n${Array.from({ length: count }, (_, i) => `+1555000${String(i).padStart(4, "0")},x\n`).join("")}`);

  test("goes on after Ctrl-C, and sends each message once", () => withSimulator({ faults: ["late"], late: 100 }, async (simulator, flags, env) => {
    const many = messages(60);
    const results = fresh("csv");
    const first = start([...flags, "--window", "5", "--results", results, many], { env });
    await until("a message", () => simulator.messages().length >= 5);
    first.child.kill("SIGINT");
    assert.equal(await first.exit, 130);
    assert(simulator.messages().length < 60);
    const second = await run([...flags, "--window", "50", "--resume", results, many], { env });
    assert.equal(second.code, 0, second.out + second.err);
    assert.deepEqual(simulator.messages().map(({ to }) => to.addr).sort(), Array.from({ length: 60 }, (_, i) => `1555000${String(i).padStart(4, "0")}`));
    assert.deepEqual(rowsOf(results).map((row) => [row[0], row[3]]), Array.from({ length: 60 }, (_, i) => [String(i + 2), "accepted"]));
  }));

  test("after SIGKILL what was in flight is unknown, and not sent again", () => withSimulator({}, async (simulator, flags, env) => {
    // The SMSC never answers to numbers that end in these digits.
    const numbers = Array.from({ length: 40 }, (_, i) => (i >= 12 && i < 16 ? `+15${i}9990011` : `+1555000${String(i).padStart(4, "0")}`));
    const many = file("csv", `to,text\n${numbers.map((to) => `${to},x\n`).join("")}`);
    const results = fresh("csv");
    const first = start([...flags, "--window", "4", "--results", results, many], { env });
    await until("four without an answer", () => simulator.messages().length >= 12);
    await until("their results", () => rowsOf(results).length === 12);
    first.child.kill("SIGKILL");
    await first.exit;
    // A row that the kill cut off in the middle.
    writeFileSync(results, `${readFileSync(results, "utf8")}99,"cut`);
    const second = await run([...flags, "--window", "4", "--resume", results, many], { env });
    assert.equal(second.code, 3, second.out + second.err);
    const sent = simulator.messages().map(({ to }) => to.addr);
    assert.equal(new Set(sent).size, sent.length, "none is sent twice");
    const rows = rowsOf(results);
    assert.deepEqual(rows.map(([line]) => line), Array.from({ length: 40 }, (_, i) => String(i + 2)));
    const unknown = rows.filter((row) => row[3] === "unknown");
    assert(unknown.length >= 4, String(unknown.length));
    assert.equal(rows.filter((row) => row[3] === "accepted").length, 40 - unknown.length);
    assert.match(second.out, new RegExp(`${unknown.length} × interrupted, first on line \\d+: an earlier run ended before the SMSC's answer`));
  }));

  test("a message without a result stays in doubt, however often the program ends before it comes to it", async () => {
    const path = fresh("csv");
    const row = (line: number) => ({ line, id: "", to: "+1", outcome: "accepted" });
    const first = await Results.create(path);
    for (const line of [2, 3, 4]) first.begin(line);
    first.write(row(2));
    first.close();
    for (const _ of [1, 2]) {
      const again = await Results.resume(path);
      assert.deepEqual([...again.earlier].map(([line, { outcome }]) => [line, outcome]), [[2, "accepted"], [3, "in-doubt"], [4, "in-doubt"]]);
      again.close();
    }
    const last = await Results.resume(path);
    for (const line of [3, 4]) last.write({ ...row(line), outcome: "unknown" });
    last.close();
    assert.deepEqual([existsSync(`${path}.journal`), rowsOf(path).map(([line]) => line)], [false, ["2", "3", "4"]]);
  });

  test("by another process at the same time is refused, by any path of the file", () => withSimulator({ faults: ["late"], late: 100 }, async (simulator, flags, env) => {
    const many = messages(200);
    const results = fresh("csv");
    const first = start([...flags, "--window", "2", "--results", results, many], { env });
    await until("a message", () => simulator.messages().length > 0);
    const link = fresh("csv");
    symlinkSync(results, link);
    for (const path of [results, link]) {
      const second = await run([...flags, "--resume", path, many], { env });
      assert.deepEqual([second.code, second.out, second.err], [1, "", `send: --resume ${path}: another smpp-edge send is using the file\n`]);
    }
    first.child.kill("SIGKILL");
    await first.exit;
    // Killed, it does not hold the file; and the journal beside it is found through the link.
    const third = await run([...flags, "--window", "100", "--resume", link, many], { env });
    assert.equal(third.code, 3, third.out + third.err);
    const sent = simulator.messages().map(({ to }) => to.addr);
    assert.equal(new Set(sent).size, sent.length, "none is sent twice");
    assert.equal(rowsOf(link).length, 200);
    assert(lstatSync(link).isSymbolicLink());
  }));

  test("goes on when the results could not be written, and sends each message once", { skip: process.platform === "win32" }, () => withSimulator({}, async (simulator, flags, env) => {
    const many = messages(1_000);
    const results = fresh("csv");
    // The system refuses all beyond so many blocks of a file, in the middle of a row.
    const first = await run([...flags, "--wait", "30", "--results", results, many], { env, shell: "trap '' XFSZ; ulimit -f 20;" });
    assert.equal(first.code, 1, first.out + first.err);
    assert.match(first.err, /^send: --results \S+: EFBIG: [^\n]*\n$/m);
    assert(first.out.includes(`To go on: --resume ${results}\n`), first.out);
    const second = await run([...flags, "--resume", results, many], { env });
    assert.equal(second.code, 3, second.out + second.err);
    const sent = simulator.messages().map(({ to }) => to.addr);
    assert.equal(new Set(sent).size, sent.length, "none is sent twice");
    const outcomes = rowsOf(results).map((row) => row[3]);
    assert.equal(outcomes.length, 1_000);
    assert.equal(outcomes.filter((outcome) => outcome === "unknown" || outcome === "accepted").length, 1_000);
  }));

  test("a journal that can't be opened: exit code 1, why, and nothing is sent or left", () => withSimulator({}, async (simulator, flags, env) => {
    const results = fresh("csv");
    mkdirSync(`${results}.journal`);
    const { code, err } = await run([...flags, "--results", results, messages(2)], { env });
    assert.equal(code, 1);
    assert.match(err, /^send: --results \S+: [^\n]*journal[^\n]*\n$/);
    assert.deepEqual([simulator.messages().length, existsSync(results)], [0, false]);
  }));

  test("refuses another file than the one that the results are of, and what holds no results", () => withSimulator({}, async (_, flags, env) => {
    const results = fresh("csv");
    assert.equal((await run([...flags, "--results", results, messages(2)], { env })).code, 0);
    const other = await run([...flags, "--resume", results, file("csv", "to,text\n+1999,x\n")], { env });
    assert.equal(other.code, 1);
    assert.match(other.err, /line 2 is to \+1999, and to \+15550000000 in the results/);
    const none = await run([...flags, "--resume", file("csv", "a,b\r\n"), messages(2)], { env });
    assert.match(none.err, /does not hold the results of smpp-edge send/);
    assert.match((await run([...flags, "--resume", fresh("csv"), messages(2)], { env })).err, /there is no such file/);
  }));
});

describe("--wait", () => {
  test("writes each report into the results", () => withSimulator({ delay: 50 }, async (_, flags, env) => {
    const results = fresh("csv");
    const { code, out } = await run([...flags, "--wait", "30", "--results", results, file("csv", "to,text\n+15550000001,x\n+15550000002,y\n")], { env });
    assert.equal(code, 0, out);
    assert.match(out, /^reports: 2 delivered$/m);
    assert.deepEqual(rowsOf(results).map((row) => [row[0], row[3], row[6], row[7]]), [["2", "accepted", "delivered", "000"], ["3", "accepted", "delivered", "000"]]);
    for (const row of rowsOf(results)) assert.match(row[8] ?? "", /^\d{4}-\d\d-\d\dT/);
  }));

  test("a report that does not come is none: exit code 3", () => withSimulator({ outcome: "enroute" }, async (_, flags, env) => {
    const { code, out } = await run([...flags, "--wait", "1", file("csv", "to,text\n+15550000001,x\n")], { env });
    assert.equal(code, 3);
    assert.match(out, /^reports: 1 none$/m);
  }));

  test("one message: its report, and the exit code by it", () => withSimulator({ delay: 10, outcome: "undeliverable" }, async (_, flags, env) => {
    const { code, out } = await run([...flags, "--wait", "30", "--to", "+15550000001", "--text", "x"], { env });
    assert.equal(code, 3);
    assert.match(out, /^accepted as .*\nundeliverable, error \S+\n$/);
  }));
});

describe("the progress bar", () => {
  test("shows the part, the outcomes, the speed and the time that is left", () => {
    assert.equal(line({ part: 0.5, done: 500, text: "490 accepted, 10 rejected" }, 10_000), "[############            ]   50%  490 accepted, 10 rejected  50/s  10 s left");
    assert.equal(line({ part: undefined, done: 500, text: "500 accepted" }, 1_000), "500 accepted  500/s");
  });

  test("is drawn on a terminal, and taken away at the end", { skip: spawnSync("script", ["--version"]).status !== 0 && "there is no program script for a terminal" }, () =>
    withSimulator({ faults: ["late"], late: 300 }, async (_, flags, env) => {
      const many = file("csv", `to,text\n${"+15550000001,x\n".repeat(25)}`);
      const child = spawn("script", ["-qec", [process.execPath, program, ...flags, many].map((word) => `'${word}'`).join(" "), "/dev/null"], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
      let shown = "";
      child.stdout.setEncoding("utf8").on("data", (piece: string) => (shown += piece));
      await once(child, "close");
      assert.match(shown, /\r\[#+ +\] {2,}\d+% {2}\d+ accepted {2}\d+\/s {2}\d+ s left/);
      assert.match(shown.split("\u001b[K").at(-1) ?? "", /^25 messages in/);
    }));

  test("the password is asked for on a terminal, and not shown", { skip: spawnSync("script", ["--version"]).status !== 0 && "there is no program script for a terminal" }, () =>
    withSimulator({}, async (simulator, flags) => {
      const child = spawn("script", ["-qec", [process.execPath, program, ...flags, "--to", "+1", "--text", "x"].map((word) => `'${word}'`).join(" "), "/dev/null"], { env: { ...process.env, SMPP_PASSWORD: undefined }, stdio: ["pipe", "pipe", "inherit"] });
      let shown = "";
      child.stdout.setEncoding("utf8").on("data", (piece: string) => {
        if (shown === "") child.stdin.write("passwordx\u007f\r");
        shown += piece;
      });
      await once(child, "close");
      assert.match(shown, /^Password of smppclient1@127\.0\.0\.1:\d+: \r?\n.*accepted as/s);
      assert.doesNotMatch(shown, /passwordx/);
      assert.equal(simulator.messages().length, 1);
    }));
});
