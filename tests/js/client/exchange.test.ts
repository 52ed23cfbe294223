import { exchangeTests } from "./exchange.suite.ts";

exchangeTests();
