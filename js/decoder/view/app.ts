// The page: from input to list to PDU, its keys and tools.

import { init } from "../../engine/init.ts";
import { refuseSize, LARGEST_FILE } from "../input/file.ts";
import { Refusal, single } from "../input/given.ts";
import { toHex } from "../input/hex.ts";
import { copyAs, type Form } from "../model/copy.ts";
import { decodeEntry, summary, type Entry } from "../model/entry.ts";
import { csvLines, jsonPieces } from "../model/export.ts";
import { readingOfFile, readingOfGiven, readingOfText, type Reading } from "../model/reading.ts";
import { statisticsOf } from "../model/statistics.ts";
import { fromFragment, hasFragment, toFragment } from "../model/share.ts";
import { EXAMPLES } from "./examples.ts";
import { button, byId } from "./dom.ts";
import { findingCards } from "./finding-view.ts";
import { fillHelp } from "./help.ts";
import { ListView } from "./list-view.ts";
import { PduView } from "./pdu-view.ts";
import { save } from "./save.ts";
import { statisticsCards } from "./statistics-view.ts";
import { nextTheme, showTheme } from "./theme.ts";
import { unzip } from "./unzip.ts";
import { Abandoned, inTurns } from "./work.ts";

const input = byId<HTMLTextAreaElement>("input");
const ports = byId<HTMLInputElement>("ports");
const list = new ListView(byId("list"), show);
const view = new PduView({ go, replace });

const NOTHING: Reading = { form: "", entries: [], findings: [], streams: [], directed: false, notes: [] };

let reading = NOTHING;
let entries: Entry[] = [];
let current = -1;
/** The work that is under way. */
let working = new AbortController();
/** The file that was opened last, to be read again for other ports. */
let file: File | undefined;

/** Reads what `source` gives, and shows it. */
async function read(source: () => Generator<number, Reading> | Promise<Generator<number, Reading>>, name?: string): Promise<void> {
  working.abort();
  const { signal } = (working = new AbortController());
  const progress = (part: number) => {
    byId("working").hidden = false;
    byId<HTMLProgressElement>("progress").value = part;
  };
  try {
    await init();
    say(name === undefined ? "" : `Reading ${name} …`);
    const found = await inTurns(await source(), signal, progress);
    if (signal.aborted) return;
    showAll(found);
    say(outcome(found, name));
  } catch (error) {
    if (signal.aborted || error instanceof Abandoned) return;
    showAll(NOTHING);
    if (error instanceof Refusal) return say(error.message, input.value.trim() !== "" || name !== undefined);
    say(`This can't be read: ${(error as Error).message}`, true);
  } finally {
    if (!signal.aborted) byId("working").hidden = true;
  }
}

function outcome({ form, streams, notes, findings }: Reading, name: string | undefined): string {
  if (findings.length > 0) return `${name === undefined ? "" : `${name}: `}${form}.`;
  const faulty = entries.filter(({ valid }) => !valid).length;
  const parts = [`${name === undefined ? "" : `${name}: `}${form}`, entries.length === 1 ? "1 PDU" : `${entries.length.toLocaleString("en")} PDUs`];
  if (streams.length > 0) parts.push(streams.length === 1 ? streams[0]! : `${streams.length} streams`);
  if (faulty > 0) parts.push(`${faulty.toLocaleString("en")} with faults`);
  return [`${parts.join(", ")}.`, ...notes].join(" ");
}

function say(text: string, refused = false): void {
  byId("status").textContent = text;
  byId("status").classList.toggle("refused", refused);
}

function showAll(found: Reading): void {
  reading = found;
  entries = found.entries;
  current = -1;
  byId("result").hidden = entries.length === 0;
  byId("findings").hidden = found.findings.length === 0;
  byId("findings").replaceChildren(...findingCards(found.findings));
  byId("welcome").hidden = entries.length > 0 || found.findings.length > 0;
  showStatistics(false);
  byId<HTMLInputElement>("filter").value = "";
  view.unpin();
  list.show(entries, reading.directed);
  if (entries.length > 0) go(0);
}

function show(index: number): void {
  current = index;
  showStatistics(false);
  view.show(entries, index);
}

function go(index: number): void {
  if (!list.shown.includes(index)) {
    byId<HTMLInputElement>("filter").value = "";
    list.filter("");
  }
  list.set(index);
  show(index);
}

function replace(octets: Uint8Array): void {
  const pdu = decodeEntry({ octets });
  const before = entries[current];
  if (!pdu || !before) return;
  const { broken: _broken, ...kept } = before;
  entries[current] = { ...kept, ...summary(pdu), octets };
  // What was typed in is to be what is shown, if it is not too much.
  if (file === undefined && entries.length < 100) input.value = entries.map((entry) => toHex(entry.octets, " ")).join("\n\n");
  list.refresh();
  go(current);
  say("The PDU was encoded anew.");
}

function readInput(): void {
  file = undefined;
  const text = input.value;
  if (text.trim() === "") {
    working.abort();
    byId("working").hidden = true;
    showAll(NOTHING);
    return say("");
  }
  void read(() => readingOfText(text));
}

function open(given: File): void {
  file = given;
  input.value = "";
  const chosen = ports.value.split(/[\s,;]+/).map(Number).filter((port) => port > 0 && port < 65_536);
  void read(async () => {
    if (given.size > LARGEST_FILE) throw refuseSize(given.size);
    return readingOfFile(await unzip(new Uint8Array(await given.arrayBuffer())), chosen);
  }, given.name);
}

function openShared(): void {
  if (!hasFragment(location.hash)) return;
  const octets = fromFragment(location.hash);
  if (!octets) return say("The link was damaged on its way: what is behind its # can't be read.", true);
  input.value = toHex(octets, " ");
  file = undefined;
  void read(() => readingOfGiven(single("shared link", octets)));
}

async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(done);
  } catch {
    say("The browser does not let this page write to the clipboard.", true);
  }
}

function copyPdu(form: Form): void {
  const entry = entries[current];
  if (!entry) return;
  const secret = view.pdu?.fields.some(({ name, length }) => name === "password" && length > 1);
  void copy(copyAs(form, entry.octets, view.pdu), secret ? "Copied, with the password in it." : "Copied.");
}

function share(): void {
  if (current < 0) return say("There is nothing to share yet.", true);
  const fragment = (entries.length <= 50 ? toFragment(entries) : undefined) ?? toFragment([entries[current]!]);
  if (fragment === undefined) return say("This PDU is too long for a link. Copy it as hex instead.", true);
  history.replaceState(null, "", fragment);
  void copy(location.href, "The link was copied. It carries the PDUs behind the #, which no server sees; passwords are masked.");
}

function showStatistics(shown: boolean): void {
  byId("statistics").hidden = !shown;
  byId("pdu").hidden = shown;
  byId("show-statistics").setAttribute("aria-pressed", String(shown));
  byId("statistics").replaceChildren(...(shown ? statisticsCards(statisticsOf(entries)) : []));
}

/** Saves the PDUs that the filter lets through. */
function exportAs(form: "csv" | "json"): void {
  if (entries.length === 0) return say("There is nothing to save yet.", true);
  if (form === "csv") save("pdus.csv", "text/csv", csvLines(reading, list.shown));
  else save("pdus.json", "application/json", jsonPieces(reading, { strict: true, shown: list.shown }));
  const secret = list.shown.some((index) => entries[index]!.command.startsWith("bind_") && entries[index]!.commandId < 0x80000000);
  say(`${list.shown.length === 1 ? "1 PDU was" : `${list.shown.length.toLocaleString("en")} PDUs were`} saved${secret ? ", passwords included" : ""}.`);
}

function nextProblem(): void {
  const from = list.shown.indexOf(current);
  const rotated = [...list.shown.slice(from + 1), ...list.shown.slice(0, from + 1)];
  const next = rotated.find((index) => !entries[index]!.valid || entries[index]!.status !== 0);
  if (next === undefined) say("No PDU here has a fault or a refusal.");
  else go(next);
}

function beside(by: number): void {
  const next = list.beside(current, by);
  if (next !== undefined) go(next);
}

const help = byId<HTMLDialogElement>("help-dialog");

const ACTIONS: Record<string, () => void> = {
  j: () => beside(1),
  k: () => beside(-1),
  n: nextProblem,
  "/": () => byId("filter").focus(),
  i: () => input.focus(),
  o: () => byId("file").click(),
  e: () => view.edit(),
  c: () => view.pin(),
  y: () => copyPdu("hex"),
  s: share,
  a: () => entries.length > 0 && showStatistics(byId("statistics").hidden === true),
  t: nextTheme,
  "?": () => help.showModal(),
};

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  const typing = (event.target as HTMLElement).matches("input, textarea");
  if (event.key === "Escape") {
    if (typing && !view.editing) (event.target as HTMLElement).blur();
    else view.leave();
    return;
  }
  const action = typing ? undefined : ACTIONS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

function listenForDrops(): void {
  const shade = byId("drop");
  addEventListener("dragover", (event) => {
    event.preventDefault();
    shade.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) shade.hidden = true;
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    shade.hidden = true;
    const dropped = event.dataTransfer?.files[0];
    const text = event.dataTransfer?.getData("text") ?? "";
    if (dropped) return open(dropped);
    if (text === "") return;
    input.value = text;
    readInput();
  });
}

/** Makes the page work. */
export function start(): void {
  let typing: ReturnType<typeof setTimeout> | undefined;
  input.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(readInput, 150);
  });
  input.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.files[0];
    if (pasted) open(pasted);
  });
  const chooser = byId<HTMLInputElement>("file");
  chooser.addEventListener("change", () => {
    if (chooser.files?.[0]) open(chooser.files[0]);
    chooser.value = "";
  });
  ports.addEventListener("change", () => file && open(file));
  byId("filter").addEventListener("input", ({ target }) => {
    list.filter((target as HTMLInputElement).value);
    list.set(current);
  });
  byId("examples").append(...EXAMPLES.map(({ name, hex }) => button(name, () => {
    input.value = hex;
    readInput();
  }, { class: "chip" })));

  const clicks: Record<string, () => void> = {
    open: () => chooser.click(),
    clear: () => {
      input.value = "";
      history.replaceState(null, "", location.pathname + location.search);
      readInput();
      input.focus();
    },
    stop: () => {
      working.abort();
      byId("working").hidden = true;
      say("Stopped.");
    },
    share,
    theme: nextTheme,
    help: () => help.showModal(),
    edit: () => view.edit(),
    compare: () => view.pin(),
    "copy-hex": () => copyPdu("hex"),
    "copy-c": () => copyPdu("c"),
    "copy-json": () => copyPdu("json"),
    "show-statistics": () => showStatistics(byId("statistics").hidden === true),
    "save-csv": () => exportAs("csv"),
    "save-json": () => exportAs("json"),
  };
  for (const [id, onclick] of Object.entries(clicks)) byId(id).addEventListener("click", onclick);
  addEventListener("keydown", onKey);
  addEventListener("hashchange", openShared);
  listenForDrops();
  fillHelp(help);
  showTheme();
  openShared();
}
