import { bindsTests } from "./binds.suite.ts";

bindsTests();
