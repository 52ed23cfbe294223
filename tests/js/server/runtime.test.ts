import * as client from "smpp-edge";
import * as server from "smpp-edge/server";
import { runtimeTests } from "./runtime.suite.ts";

runtimeTests("node", client, server);
