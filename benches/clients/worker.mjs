// The clients in workerd: a request is a run, with a connection of its own, since a socket belongs to the request that opened it.

import * as bareRead from "./bare-read.mjs";
import * as npmSmpp from "./npm-smpp.mjs";
import * as npmSmppReceipts from "./npm-smpp-receipts.mjs";
import * as npmSmppReports from "./npm-smpp-reports.mjs";
import * as receipts from "./receipts.mjs";
import * as reportsDelivered from "./reports-delivered.mjs";
import * as reports from "./reports.mjs";
import * as sendMany from "./send-many.mjs";
import * as sendSms from "./send-sms.mjs";

const clients = {
  "bare-read": bareRead, "npm-smpp": npmSmpp, "npm-smpp-receipts": npmSmppReceipts, "npm-smpp-reports": npmSmppReports, receipts, reports,
  "reports-delivered": reportsDelivered, "send-many": sendMany, "send-sms": sendSms,
};

export default {
  async fetch(request) {
    const { client, port, count, window } = await request.json();
    const session = await clients[client].open(port, window);
    await session.run(count);
    return new Response("done");
  },
};
