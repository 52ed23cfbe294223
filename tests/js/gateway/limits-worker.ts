// The ready Worker with limits and statistics, as a user's project makes it.

import "../../../js/gateway/limits.ts";
import "../../../js/gateway/statistics.ts";

export { SmppApplication, SmppGateway, SmppLink, default } from "../../../js/gateway/applications.ts";
