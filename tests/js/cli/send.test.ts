import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createSimulator, type Simulator } from "smpp-edge/server";
import { selfSigned } from "../client/certificate.ts";
import { line } from "../../../js/cli/send/progress.ts";
import { until } from "../simulator/peers.ts";
import { program, run, start } from "./program.ts";

const directory = mkdtempSync(join(tmpdir(), "smpp-edge-send-"));
after(() => rmSync(directory, { recursive: true, force: true }));

let count = 0;
/** A file that was not there before. */
const fresh = (extension: string): string => join(directory, `${++count}.${extension}`);
function file(extension: string, content: string): string {
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
    assert.equal(lines[0], "line,id,to,outcome,message_ids,error");
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
    ["a column that no field has", "csv", "to,txt\n+1,x\n", /the first line has to name the columns: there is no field "txt"/],
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
    const { code, err } = await run([...flags, path], { env });
    assert.equal(code, 1);
    assert.match(err, /not UTF-8/);
    assert(simulator.messages().length > 0);
  }));

  test("a file that is missing, and results that are there already", () => withSimulator({}, async (_, flags, env) => {
    const missing = await run([...flags, join(directory, "missing.csv")], { env });
    assert.deepEqual([missing.code, /there is no such file/.test(missing.err)], [1, true]);
    const there = await run([...flags, "--results", csv, csv], { env });
    assert.deepEqual([there.code, /is there already/.test(there.err)], [1, true]);
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
    const [, total, skip] = /^(\d+) messages in .*: \1 accepted; [^]*To go on: --skip (\d+)\n$/.exec(out()) ?? assert.fail(out());
    assert.equal(total, skip);
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
      const [, accepted, skip] = /: (\d+) accepted, [^]*\nthe connection ended: .*ESME_RINVPASWD.*\nWhat follows in the file was not sent. To go on: --skip (\d+)\n$/.exec(out()) ?? assert.fail(out());
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
