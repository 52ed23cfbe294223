import * as client from "smpp-edge";
import * as server from "smpp-edge/server";
import { runtimeTests } from "../server/runtime.suite.ts";

runtimeTests("bun", client, server);
