import { BIND_TYPES } from "#boundary";
import type { Metric } from "../link/applications.ts";
import type { ApplicationView } from "../model/views.ts";

type Family = Omit<Metric, "samples"> & { samples: (application: ApplicationView) => Metric["samples"] };

const FAMILIES: Family[] = [
  { name: "smpp_application_binds", type: "gauge", help: "Binds of the application.", samples: ({ binds }) => BIND_TYPES.map((type) => [{ type }, binds.filter((bind) => bind.type === type).length]) },
  { name: "smpp_application_submits_total", type: "counter", help: "Messages of the application.", samples: ({ taken, refused }) => [[{ result: "stored" }, taken], [{ result: "refused" }, refused]] },
  { name: "smpp_application_deliveries_total", type: "counter", help: "Attempts to deliver receipts and inbound messages to the application.", samples: ({ delivered, failed }) => [[{ result: "delivered" }, delivered], [{ result: "failed" }, failed]] },
  { name: "smpp_application_deliveries_waiting", type: "gauge", help: "Receipts and inbound messages that wait for the application.", samples: ({ waiting }) => [[{}, waiting]] },
  { name: "smpp_application_dead_letters", type: "gauge", help: "Receipts and inbound messages that were given up and are kept.", samples: ({ dead }) => [[{}, dead]] },
];

/** The metrics of applications. Counters start anew with each start of an application's object. */
export function metricsOf(applications: ApplicationView[]): Metric[] {
  return FAMILIES.map(({ samples, ...family }) => ({
    ...family, samples: applications.flatMap((application) => samples(application).map(([labels, value]): Metric["samples"][0] => [{ application: application.name, ...labels }, value])),
  }));
}
