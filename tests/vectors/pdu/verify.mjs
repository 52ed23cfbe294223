// Checks pdus.jsonl without smpp-edge: every PDU is put together from its fields by the layouts below, which follow the
// specification, and read by Wireshark (tshark), whose fields must lie where ours do and hold the same octets.
//
//   node verify.mjs           compares; needs tshark (Debian: apt-get install tshark)
//   node verify.mjs --write   puts the octets together anew and writes them to pdus.jsonl
//
// A line: { name, command, status?, sequence, fields, tlvs?, notes?, wireshark?, hex }. Strings without NUL, in
// characters of ISO-8859-1; short_message and the values of octet TLVs in hex; tlvs as [name or tag, value]; notes:
// what strict mode says of it; wireshark: why Wireshark does not read it as the specification does.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const file = new URL("pdus.jsonl", import.meta.url);

const commands = {
  bind_receiver: 0x1, bind_transmitter: 0x2, query_sm: 0x3, submit_sm: 0x4, deliver_sm: 0x5, unbind: 0x6, replace_sm: 0x7,
  cancel_sm: 0x8, bind_transceiver: 0x9, outbind: 0xb, enquire_link: 0x15, submit_multi: 0x21, alert_notification: 0x102,
  data_sm: 0x103, broadcast_sm: 0x111, query_broadcast_sm: 0x112, cancel_broadcast_sm: 0x113, generic_nack: 0x80000000,
};
const commandId = (name) => commands[name] ?? (0x80000000 | commands[name.replace(/_resp$/, "")]) >>> 0;

// Kinds of fields: s a string and its NUL, 1 an octet, m sm_length and its octets, d and u the two lists.
const source = { source_addr_ton: "1", source_addr_npi: "1", source_addr: "s" };
const dest = { dest_addr_ton: "1", dest_addr_npi: "1", destination_addr: "s" };
const times = { schedule_delivery_time: "s", validity_period: "s" };
const message = {
  esm_class: "1", protocol_id: "1", priority_flag: "1", ...times, registered_delivery: "1", replace_if_present_flag: "1",
  data_coding: "1", sm_default_msg_id: "1", short_message: "m",
};
const bind = {
  system_id: "s", password: "s", system_type: "s", interface_version: "1", addr_ton: "1", addr_npi: "1", address_range: "s",
};
const id = { message_id: "s" };
const layouts = {
  bind_receiver: bind, bind_transmitter: bind, bind_transceiver: bind,
  bind_receiver_resp: { system_id: "s" }, bind_transmitter_resp: { system_id: "s" }, bind_transceiver_resp: { system_id: "s" },
  outbind: { system_id: "s", password: "s" },
  submit_sm: { service_type: "s", ...source, ...dest, ...message },
  deliver_sm: { service_type: "s", ...source, ...dest, ...message },
  submit_multi: { service_type: "s", ...source, dest_address: "d", ...message },
  submit_sm_resp: id, deliver_sm_resp: id, data_sm_resp: id, broadcast_sm_resp: id, query_broadcast_sm_resp: id,
  submit_multi_resp: { ...id, unsuccess_sme: "u" },
  data_sm: { service_type: "s", ...source, ...dest, esm_class: "1", registered_delivery: "1", data_coding: "1" },
  query_sm: { ...id, ...source },
  query_broadcast_sm: { ...id, ...source },
  query_sm_resp: { ...id, final_date: "s", message_state: "1", error_code: "1" },
  cancel_sm: { service_type: "s", ...id, ...source, ...dest },
  cancel_broadcast_sm: { service_type: "s", ...id, ...source },
  replace_sm: { ...id, ...source, ...times, registered_delivery: "1", sm_default_msg_id: "1", short_message: "m" },
  alert_notification: { ...source, esme_addr_ton: "1", esme_addr_npi: "1", esme_addr: "s" },
  broadcast_sm: {
    service_type: "s", ...source, ...id, priority_flag: "1", ...times, replace_if_present_flag: "1", data_coding: "1",
    sm_default_msg_id: "1",
  },
};

// Tag and type: octets of an integer, s a string and its NUL, o octets. Then Wireshark's name where it is another.
const tlvs = {
  dest_addr_subunit: [0x0005, 1], dest_network_type: [0x0006, 1], dest_bearer_type: [0x0007, 1], dest_telematics_id: [0x0008, 2],
  source_addr_subunit: [0x000d, 1], source_network_type: [0x000e, 1], source_bearer_type: [0x000f, 1],
  source_telematics_id: [0x0010, 1], qos_time_to_live: [0x0017, 4], payload_type: [0x0019, 1],
  additional_status_info_text: [0x001d, "s"], receipted_message_id: [0x001e, "s"],
  ms_msg_wait_facilities: [0x0030, 1, "msg_wait.ind"], privacy_indicator: [0x0201, 1], source_subaddress: [0x0202, "o"],
  dest_subaddress: [0x0203, "o"], user_message_reference: [0x0204, 2], user_response_code: [0x0205, 1], source_port: [0x020a, 2],
  dest_port: [0x020b, 2, "destination_port"], sar_msg_ref_num: [0x020c, 2], language_indicator: [0x020d, 1],
  sar_total_segments: [0x020e, 1], sar_segment_seqnum: [0x020f, 1], sc_interface_version: [0x0210, 1, "SC_interface_version"],
  callback_num_pres_ind: [0x0302, 1, "callback_num.pres"], callback_num_atag: [0x0303, "o"], number_of_messages: [0x0304, 1],
  callback_num: [0x0381, "o"], dpf_result: [0x0420, 1], set_dpf: [0x0421, 1], ms_availability_status: [0x0422, 1],
  network_error_code: [0x0423, "o", "network_error.type", "network_error.code"], message_payload: [0x0424, "o"],
  delivery_failure_reason: [0x0425, 1], more_messages_to_send: [0x0426, 1], message_state: [0x0427, 1],
  congestion_state: [0x0428, 1], ussd_service_op: [0x0501, 1], broadcast_channel_indicator: [0x0600, 1],
  broadcast_content_type: [0x0601, "o", "broadcast_content_type.nw", "broadcast_content_type.type"],
  broadcast_content_type_info: [0x0602, "o", "broadcast_content_type.info"], broadcast_message_class: [0x0603, 1],
  broadcast_rep_num: [0x0604, 2],
  broadcast_frequency_interval: [0x0605, "o", "broadcast_frequency_interval.unit", "broadcast_frequency_interval.value"],
  broadcast_area_identifier: [0x0606, "o", "broadcast_area_identifier.format", "broadcast_area_identifier"],
  broadcast_error_status: [0x0607, 4], broadcast_area_success: [0x0608, 1], broadcast_end_time: [0x0609, "s"],
  broadcast_service_group: [0x060a, "o"], billing_identification: [0x060b, "o", "billing_id"], source_network_id: [0x060d, "s"],
  dest_network_id: [0x060e, "s"], source_node_id: [0x060f, "o"], dest_node_id: [0x0610, "o"],
  dest_addr_np_resolution: [0x0611, 1], dest_addr_np_information: [0x0612, "o", "dest_addr_np_info"],
  dest_addr_np_country: [0x0613, "o"], display_time: [0x1201, 1], sms_signal: [0x1203, 2], ms_validity: [0x1204, "o"],
  alert_on_message_delivery: [0x130c, 1, "alert_on_message_delivery_type"], its_reply_type: [0x1380, 1],
  its_session_info: [0x1383, "o", "its_session.number", "its_session.sequence"],
};

/** Octets put together, with a note of where each field lies. */
class Octets {
  bytes = [];
  marks = [];

  add(name, bytes) {
    if (name !== undefined) this.marks.push({ name, offset: this.bytes.length, hex: Buffer.from(bytes).toString("hex") });
    this.bytes.push(...bytes);
  }

  integer(name, value, width) {
    const bytes = [];
    for (let shift = width - 1; shift >= 0; shift--) bytes.push(Math.floor(value / 256 ** shift) % 256);
    this.add(name, bytes);
  }

  string(name, value) {
    this.add(name, [...Buffer.from(value, "latin1"), 0]);
  }

  field(name, kind, value) {
    switch (kind) {
      case "s":
        return this.string(name, value);
      case "1":
        return this.integer(name, value, 1);
      case "m": {
        const text = Buffer.from(value, "hex");
        this.integer("sm_length", text.length, 1);
        return this.add(text.length > 0 ? "short_message" : undefined, text);
      }
      case "d":
        this.integer(undefined, value.length, 1);
        for (const entry of value) {
          this.integer(undefined, "dl_name" in entry ? 2 : 1, 1);
          if ("dl_name" in entry) this.string("dl_name", entry.dl_name);
          else for (const [part, kind] of Object.entries(dest)) this.field(part, kind, entry[part]);
        }
        return;
      case "u":
        this.integer(undefined, value.length, 1);
        for (const entry of value) {
          for (const [part, kind] of Object.entries(dest)) this.field(part, kind, entry[part]);
          this.integer("error_status_code", entry.error_status_code, 4);
        }
    }
  }

  tlv(key, value) {
    const [tag, type, ...names] = typeof key === "number" ? [key, "o"] : tlvs[key];
    const content = new Octets();
    if (type === "s") content.string(undefined, value);
    else if (typeof value === "number") content.integer(undefined, value, type);
    else content.add(undefined, Buffer.from(value, "hex"));
    this.integer(undefined, tag, 2);
    this.integer(undefined, content.bytes.length, 2);
    const offset = this.bytes.length;
    this.add(undefined, content.bytes);
    const hex = Buffer.from(content.bytes).toString("hex");
    // Wireshark has no one field for values of several parts; where its first part begins is enough.
    if (hex !== "" && typeof key === "string") this.marks.push({ name: key, wireshark: names.length > 0 ? names : [key], offset, hex });
  }
}

function put(vector) {
  const octets = new Octets();
  octets.integer("command_length", 0, 4);
  octets.integer("command_id", commandId(vector.command), 4);
  octets.integer("command_status", vector.status ?? 0, 4);
  octets.integer("sequence_number", vector.sequence, 4);
  const layout = layouts[vector.command] ?? {};
  if (Object.keys(vector.fields).length > 0) {
    for (const [name, kind] of Object.entries(layout)) octets.field(name, kind, vector.fields[name]);
  }
  for (const [key, value] of vector.tlvs ?? []) octets.tlv(key, value);
  const length = new Octets();
  length.integer(undefined, octets.bytes.length, 4);
  octets.bytes.splice(0, 4, ...length.bytes);
  octets.marks[0].hex = Buffer.from(length.bytes).toString("hex");
  return octets;
}

/** A capture with one PDU a connection, each in one segment to port 2775. */
function capture(pdus) {
  const parts = [Buffer.from("d4c3b2a1020004000000000000000000ffff000065000000", "hex")];
  pdus.forEach((bytes, index) => {
    const ip = Buffer.alloc(40);
    ip.writeUInt8(0x45, 0);
    ip.writeUInt16BE(40 + bytes.length, 2);
    ip.writeUInt8(64, 8);
    ip.writeUInt8(6, 9);
    ip.writeUInt32BE(0x7f000001, 12);
    ip.writeUInt32BE(0x7f000001, 16);
    ip.writeUInt16BE(10_000 + index, 20);
    ip.writeUInt16BE(2775, 22);
    ip.writeUInt32BE(1, 24);
    ip.writeUInt8(0x50, 32);
    ip.writeUInt8(0x18, 33);
    ip.writeUInt16BE(0xffff, 34);
    const header = Buffer.alloc(16);
    header.writeUInt32LE(index, 0);
    header.writeUInt32LE(40 + bytes.length, 8);
    header.writeUInt32LE(40 + bytes.length, 12);
    parts.push(header, ip, Buffer.from(bytes));
  });
  return Buffer.concat(parts);
}

/** What tshark reads of each PDU: fields by name with place and octets, and whether it calls the PDU malformed. */
function wireshark(pdus) {
  const directory = mkdtempSync(join(tmpdir(), "smpp-vectors-"));
  try {
    const path = join(directory, "pdus.pcap");
    writeFileSync(path, capture(pdus));
    const run = spawnSync("tshark", ["-r", path, "-d", "tcp.port==2775,smpp", "-T", "pdml"], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    if (run.error) throw new Error(`tshark can't be run (${run.error.message}); Debian has it: apt-get install tshark`);
    return run.stdout
      .split("<packet>")
      .slice(1)
      .map((packet) => ({
        malformed: packet.includes("_ws.malformed"),
        fields: [...packet.matchAll(/<field name="smpp\.([\w.]+)"([^>]*)>/g)].map(([, name, rest]) => ({
          name,
          offset: Number(/ pos="(\d+)"/.exec(rest)?.[1]) - 40,
          // Bit fields have the octet they are in here.
          hex: (/ unmaskedvalue="([0-9a-f]*)"/.exec(rest) ?? / value="([0-9a-f]*)"/.exec(rest))?.[1] ?? "",
        })),
      }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Names that Wireshark gives a field. */
const wiresharkNames = {
  short_message: ["message", "message_text"],
  esm_class: ["esm.submit.msg_mode"],
  registered_delivery: ["regdel.receipt"],
  schedule_delivery_time: ["schedule_delivery_time", "schedule_delivery_time_r"],
  validity_period: ["validity_period", "validity_period_r"],
  final_date: ["final_date", "final_date_r"],
};

const stringNames = new Set(
  Object.values(layouts).flatMap((layout) => Object.entries(layout).filter(([, kind]) => kind === "s").map(([name]) => name)),
);

function compare(vector, octets, read) {
  const faults = [];
  if (read.malformed) faults.push("malformed");
  for (const mark of octets.marks) {
    const names = mark.wireshark ?? wiresharkNames[mark.name] ?? [mark.name];
    const found = read.fields.find((field) => names.includes(field.name) && field.offset === mark.offset);
    // Wireshark shows no strings that are empty, and no status of requests.
    if (!found && mark.hex === "00" && stringNames.has(mark.name)) continue;
    if (!found && mark.name === "command_status" && commandId(vector.command) < 0x80000000) continue;
    if (!found) faults.push(`no ${mark.name} at ${mark.offset}`);
    else if (found.hex !== "" && !mark.hex.startsWith(found.hex)) faults.push(`${mark.name}: ${found.hex}, not ${mark.hex}`);
  }
  return faults;
}

const vectors = readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const octets = vectors.map(put);
let failed = 0;
const fail = (vector, text) => {
  failed++;
  console.error(`${vector.name}: ${text}`);
};

if (process.argv.includes("--write")) {
  const lines = vectors.map((vector, index) => JSON.stringify({ ...vector, hex: Buffer.from(octets[index].bytes).toString("hex") }));
  writeFileSync(file, `${lines.join("\n")}\n`);
} else {
  vectors.forEach((vector, index) => {
    const hex = Buffer.from(octets[index].bytes).toString("hex");
    if (hex !== vector.hex) fail(vector, `put together ${hex}, written ${vector.hex}`);
  });
}

const read = wireshark(octets.map(({ bytes }) => bytes));
let verified = 0;
vectors.forEach((vector, index) => {
  const faults = compare(vector, octets[index], read[index]);
  if (vector.wireshark === undefined) {
    if (faults.length > 0) fail(vector, `Wireshark: ${faults.join("; ")}`);
    else verified++;
  } else if (faults.length === 0) fail(vector, `Wireshark reads it although: ${vector.wireshark}`);
});
console.log(`${vectors.length} PDUs, ${verified} verified by Wireshark, ${vectors.filter((v) => v.wireshark).length} by layout alone, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
