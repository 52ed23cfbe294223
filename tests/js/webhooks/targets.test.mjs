// Where webhooks may go: every spelling of this machine, of private networks and of clouds' metadata is refused.

import assert from "node:assert/strict";
import test from "node:test";
import { isPrivateHost } from "../../../js/gateway/model/private-host.ts";

const REFUSED = [
  "localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.1", "127.0.0.1.", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001",
  "0.0.0.0", "0", "127.255.255.254", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "2852039166", "100.64.0.1",
  "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
  "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:10.0.0.1]", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]",
  "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001::1]", "[2001:db8::1]", "[100::1]", "[3fff::1]", "[3fff:fff::1]", "[5f00::1]", "192.88.99.1", "localhost..", "127.0.0.1..", "a.localdomain", "x.onion", "1.0.0.127.in-addr.arpa", "0x7f.0.0.1", "127.0x0.0.01", "[::ffff:0:127.0.0.1]", "[64:ff9b:1::1]", "[2001:1ff::1]", "[fec0::1]",
  "router", "printer.local", "metadata.google.internal", "db.lan", "nas.home.arpa", "wiki.corp", "１２７.0.0.1", "①27.0.0.1", "loc%61lhost",
];
const ALLOWED = ["example.com", "hooks.example.co.uk", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.1.0.1", "[2606:4700::1111]", "[2001:4860:4860::8888]", "localhost.example.com", "local.example", "192.88.98.1", "[2001:200::1]", "[3ffe::1]", "example.com."];

for (const host of REFUSED) test(`${host} is refused`, () => assert.equal(isPrivateHost(new URL(`https://${host}/hook`).hostname), true));
for (const host of ALLOWED) test(`${host} is allowed`, () => assert.equal(isPrivateHost(new URL(`https://${host}/hook`).hostname), false));
