// node tests/js/decoder/samples/make.mjs: makes dumps.jsonl and packets.jsonl anew, what od, hexdump, xxd, tcpdump and tshark print of
// PDUs. On Debian: apt-get install xxd bsdextrautils hexyl tcpdump tshark.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const octets = (...parts) => Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))));
const u32 = (value) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
const pdu = (command, sequence, ...body) => {
  const rest = octets(...body);
  return octets(u32(16 + rest.length), u32(command), u32(0), u32(sequence), rest);
};
const submit = (sequence, coding, text) => pdu(4, sequence, "\0\x05\0ACME\0\x01\x011234567890\0\0\0\0\0\0\x01\0", [coding, 0, text.length], text);

/** What is printed: chosen to be mistaken for something else. */
const INPUTS = {
  "an enquire_link": pdu(0x15, 1),
  "an odd number of octets": submit(7, 0, "Hi there"),
  "text that looks like octets": submit(8, 0, "00 10 abcdef 0a |12| >34< 5678  "),
  "quotes and comments": submit(9, 3, "/* \"it's\" */ \\x41 \\0 // \xe9\xff% {1, 2}"),
  "UCS-2": submit(10, 8, Buffer.from("Привет", "utf16le").swap16()),
  "a long run of zeros": octets(pdu(0x103, 11, "\0\x01\x011\0\x01\x012\0\0\0\0\x04\x24\0\x60", new Uint8Array(96)), pdu(0x80000103, 11, "1\0")),
  "a request and its response": octets(submit(12, 0, "One"), pdu(0x80000004, 12, "abc123\0")),
};

const OD = ["", "-v", "-x", "-b", "-c", "-d", "-o", "-s", "-i", "-l", "-t x1", "-t x1z", "-t x2", "-t x4", "-t x8", "-t x2 --endian=big", "-t x4z --endian=big", "-t x8 --endian=big", "-t u1", "-t u2", "-t u4", "-t u8", "-t u2 --endian=big", "-t d1", "-t d2", "-t d4", "-t d8", "-t o1", "-t o2", "-t o4", "-t o8", "-A d -t x1", "-A x -t x1", "-A x -t x1z -v", "-A d -t u1", "-A x -t o1", "-A d -c", "-A n -t x1", "-A n -v -t u1", "-A n -v -t d1", "-A n -v -t o1", "-A x -t x1 -w8", "-A x -t x1 -w32", "-A d -t x2 -w6", "-A x -t x1 -c", "-t x1 -a"];
const OD_LOSSY = ["-a", "-t f4", "-t f8"];
const HEXDUMP = ["", "-C", "-b", "-c", "-d", "-o", "-x", "-v", "-C -v"];
const XXD = ["", "-u", "-b", "-e", "-e -g 2", "-e -g 8", "-d", "-g 1", "-g 4", "-g 8", "-g 0", "-c 8", "-c 32 -g 1", "-c 7", "-p", "-p -u", "-p -c 20", "-i", "-i -u", "-i -c 8", "-a", "-E", "-o 256", "-o 4096 -d"];
const HEXYL = ["--color=never", "--color=always", "--border=ascii --color=never"];

const run = (program, args, input) => execFileSync(program, args, { input, encoding: "utf8", env: { ...process.env, LC_ALL: "C.UTF-8", TZ: "UTC" }, stdio: ["pipe", "pipe", "ignore"], maxBuffer: 1 << 26 });
const here = (name) => join(import.meta.dirname, name);
const write = (name, rows) => writeFileSync(here(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

const dumps = [];
for (const [name, input] of Object.entries(INPUTS)) {
  for (const [program, list] of Object.entries({ od: OD, hexdump: HEXDUMP, xxd: XXD, hexyl: HEXYL })) {
    for (const flags of list) {
      const args = flags.split(" ").filter((flag) => flag !== "");
      const text = run(program, args, input);
      // Without offsets an asterisk may stand for any number of lines.
      const lost = args.includes("n") && /^\*$/m.test(text);
      dumps.push({ command: [program, ...args].join(" "), input: name, ...(lost ? { refused: true } : { octets: input.toString("hex") }), text });
    }
  }
  for (const flags of OD_LOSSY) dumps.push({ command: `od ${flags}`, input: name, refused: true, text: run("od", flags.split(" "), input) });
}
write("dumps.jsonl", dumps);

const directory = mkdtempSync(join(tmpdir(), "samples-"));
try {
  const capture = join(directory, "short.pcapng");
  execFileSync("editcap", ["-r", join(import.meta.dirname, "..", "captures", "session.pcapng"), capture, "1-16"], { stdio: "ignore" });
  const raw = join(directory, "raw.pcap");
  execFileSync("editcap", ["-F", "pcap", "-C", "14", "-T", "rawip", capture, raw], { stdio: "ignore" });
  const TCPDUMP = ["-X", "-x", "-XX", "-xx", "-n -X -tttt", "-n -X -tt", "-n -X -t", "-n -X -ttt", "-n -XX -e", "-n -vv -X", "-q -x"];
  const TSHARK = ["-x", "-P -x", "-V -x", "--hexdump noascii", "--hexdump frames --hexdump delimit", "-T json", "-T json -x", "-T json -e tcp.payload -e tcp.srcport -e tcp.dstport -e tcp.seq -e ip.src -e ip.dst -e frame.time_epoch", "-T jsonraw", "-T ek", "-T ek -x", "-T pdml", "-q -z follow,tcp,hex,0", "-q -z follow,tcp,raw,0", "-q -z follow,tcp,yaml,0"];
  const LOSSY = { tcpdump: ["", "-n", "-A", "-tttt -n"], tshark: ["", "-V", "-T psml", "-q -z follow,tcp,ascii,0"] };
  // Fields of SMPP itself are many, and say nothing that the octets don't.
  const only = ["-J", "frame eth ip tcp", "-d", "tcp.port==34173,data"];
  // Long forms: of four packets only.
  const long = join(directory, "long.pcapng");
  execFileSync("tshark", ["-r", capture, "-Y", "tcp.len > 0 && frame.number < 10", "-w", long], { stdio: "ignore" });
  const packets = [];
  for (const [file, programs] of [[capture, { tcpdump: TCPDUMP, tshark: TSHARK }], [raw, { tcpdump: ["-X", "-x"], tshark: ["-x"] }]]) {
    for (const [program, list] of Object.entries(programs)) {
      for (const flags of list) {
        const args = flags.split(" ").filter((flag) => flag !== "");
        const more = /-T (?:json|ek|pdml)/.test(flags) && !flags.includes("-e ") ? only.slice(0, flags.includes("raw") ? 2 : 4) : [];
        packets.push({ command: [program, ...args].join(" "), link: file === raw ? "raw IP" : "Ethernet", text: run(program, ["-r", /-V|-T/.test(flags) ? long : file, ...args, ...more]) });
      }
    }
  }
  for (const [program, list] of Object.entries(LOSSY)) {
    for (const flags of list) packets.push({ command: `${program} ${flags}`, refused: true, text: run(program, ["-r", flags === "-V" ? long : capture, ...flags.split(" ").filter((flag) => flag !== "")]) });
  }
  write("packets.jsonl", packets);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
