// The ready Worker with limits, as a user's project makes it.

import "../../../js/gateway/limits.ts";

export { SmppApplication, SmppGateway, SmppLink, default } from "../../../js/gateway/applications.ts";
