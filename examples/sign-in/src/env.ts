import type { GatewayEnv, SmppGateway } from "smpp-edge/worker";
import type { Allowance } from "./allowance";
import type { Phone } from "./phone";

export interface Env extends GatewayEnv {
  SMS: Service<SmppGateway>;
  PHONE: DurableObjectNamespace<Phone>;
  ALLOWANCE: DurableObjectNamespace<Allowance>;
  SITE: string;
  COUNTRIES: string;
  CODE_KEY: string;
}
