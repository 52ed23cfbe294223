import type { LinkMetrics } from "../link/api.ts";
import type { Metric } from "../link/applications.ts";

type Sample = Metric["samples"][0];

/** One metric of every link. */
interface Family {
  name: string;
  type: "counter" | "gauge";
  help: string;
  samples: (link: LinkMetrics) => Sample[];
}

const one = (value: number | undefined): Sample[] => (value === undefined ? [] : [[{}, value]]);

const FAMILIES: Family[] = [
  { name: "smpp_link_up", type: "gauge", help: "Whether the link is bound.", samples: (l) => one(l.state === "bound" ? 1 : 0) },
  { name: "smpp_link_binds_total", type: "counter", help: "Binds that succeeded.", samples: (l) => one(l.binds) },
  { name: "smpp_link_losses_total", type: "counter", help: "Binds that were lost.", samples: (l) => one(l.losses) },
  { name: "smpp_link_window", type: "gauge", help: "Requests that may be without an answer at a time.", samples: (l) => one(l.window) },
  { name: "smpp_link_in_flight", type: "gauge", help: "Requests without an answer.", samples: (l) => one(l.inFlight) },
  { name: "smpp_link_rtt_seconds", type: "gauge", help: "Smoothed time from a request to its answer.", samples: (l) => one(l.rtt / 1000) },
  { name: "smpp_queue_length", type: "gauge", help: "Messages that wait to be sent.", samples: (l) => one(l.queued) },
  { name: "smpp_messages_total", type: "counter", help: "Messages that came to a state.", samples: (l) => Object.entries(l.messages).map(([status, n]) => [{ status }, n]) },
  { name: "smpp_segments_submitted_total", type: "counter", help: "Segments sent to the SMSC.", samples: (l) => one(l.submitted) },
  { name: "smpp_throttled_total", type: "counter", help: "Answers ESME_RTHROTTLED and ESME_RMSGQFUL.", samples: (l) => one(l.throttled) },
  { name: "smpp_reports_total", type: "counter", help: "Delivery reports received.", samples: (l) => one(l.reports) },
  { name: "smpp_inbound_messages_total", type: "counter", help: "Inbound messages received.", samples: (l) => one(l.inbound) },
  { name: "smpp_deliveries_total", type: "counter", help: "Attempts to deliver events.", samples: (l) => (l.targets ?? []).flatMap(({ target, delivered, failed }): Sample[] => [[{ target, result: "delivered" }, delivered], [{ target, result: "failed" }, failed]]) },
  { name: "smpp_deliveries_running", type: "gauge", help: "Attempts to deliver events at present.", samples: (l) => (l.targets ?? []).map(({ target, running }) => [{ target }, running]) },
  { name: "smpp_events_given_up_total", type: "counter", help: "Events that became dead letters.", samples: (l) => (l.targets ?? []).map(({ target, buried }) => [{ target }, buried]) },
  { name: "smpp_deliveries_waiting", type: "gauge", help: "Events that wait to be delivered.", samples: (l) => one(l.waiting) },
  { name: "smpp_event_streams", type: "gauge", help: "Streams of server-sent events that are open.", samples: (l) => one(l.streams?.open) },
  { name: "smpp_event_streams_dropped_total", type: "counter", help: "Streams broken off because they were not read.", samples: (l) => one(l.streams?.dropped) },
  { name: "smpp_dead_letters", type: "gauge", help: "Events that were given up and are kept.", samples: (l) => one(l.dead) },
  { name: "smpp_sql_rows_written_total", type: "counter", help: "Rows written to SQLite, index rows included, as Cloudflare bills them.", samples: (l) => one(l.rowsWritten) },
];

/** The metrics of all links, and others, as Prometheus text. Counters start anew with each start of a link's object. */
export function prometheus(links: LinkMetrics[], more: Metric[] = []): string {
  const own = FAMILIES.map((family): Metric => ({
    ...family, samples: links.flatMap((link) => family.samples(link).map(([labels, value]): Sample => [{ account: link.account, link: String(link.link), ...labels }, value])),
  }));
  return [...own, ...more].map(({ name, type, help, samples }) =>
    [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map(([labels, value]) => `${name}{${labelText(labels)}} ${value}`)].join("\n")).join("\n") + "\n";
}

function labelText(labels: Record<string, string>): string {
  return Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (c) => (c === "\n" ? "\\n" : `\\${c}`))}"`).join(",");
}
